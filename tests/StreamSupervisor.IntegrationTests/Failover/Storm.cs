using System.Collections.Immutable;
using System.Globalization;
using StreamSupervisor.Domain;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>Publishers that come, drop out and come back all the time: many with a key of their own, and some that fight for one.</summary>
internal sealed class Storm : IAsyncDisposable
{
    private const int Keys = 20;
    private const int Fights = 2;
    private const int Fighters = 3;
    private static readonly TimeSpan SoonAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _calm = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="name">Distinguishes its keys from those of other storms.</param>
    public Storm(SrsServers srs, string name, int seed)
    {
        Name = name;
        Healthy = [.. Enumerable.Range(1, Keys).Select(number =>
            new StormEncoder(srs, $"{Prefix}{number}", $"203.0.113.{number}", SoonAgain, new Random(seed + number)))];
        var fighting = Enumerable.Range(1, Fights).SelectMany(fight => Enumerable.Range(1, Fighters).Select(fighter =>
            new StormEncoder(srs, $"{Prefix}fight-{fight}", $"198.51.100.{fighter}", Later, new Random(seed + (100 * fight) + fighter)))).ToImmutableArray();
        All = [.. Healthy, .. fighting];

        // When it is calm, one of each fight stays.
        _running = Task.WhenAll(All.Select((encoder, at) => Task.Run(() => encoder.RunAsync(_calm.Token, Stays(at) ? _stop.Token : _calm.Token))));
        Staying = [.. All.Where((_, at) => Stays(at))];
    }

    public string Name { get; }

    /// <summary>Of its keys.</summary>
    public string Prefix => string.Create(CultureInfo.InvariantCulture, $"ingest/{Name}-");

    /// <summary>Of its entity ids.</summary>
    public string EntityPrefix => StreamKey.Parse($"{Prefix}1").ToString()[..^1];

    /// <summary>Those that have a key of their own.</summary>
    public ImmutableArray<StormEncoder> Healthy { get; }
    public ImmutableArray<StormEncoder> All { get; }

    /// <summary>Those that are on air when it is calm: one for each key.</summary>
    public ImmutableArray<StormEncoder> Staying { get; }

    /// <summary>Waits until everybody with a key of its own has come in anew.</summary>
    public Task AllComeInAsync(DateTimeOffset since, TimeSpan within) => Eventually.HoldsAsync(
        $"every key of {Name} is live again", () => Task.FromResult(Healthy.All(encoder => encoder.WaysIn.Any(way => way.Started > since))), within);

    /// <summary>The longest time that an encoder with a key of its own tried in vain, from the fault on.</summary>
    public TimeSpan LongestOutage(DateTimeOffset fault, DateTimeOffset until) => Healthy
        .SelectMany(encoder => encoder.WaysIn)
        .Where(way => way.Started > fault && way.Began < until)
        .Select(way => way.Started - (way.Began > fault ? way.Began : fault))
        .DefaultIfEmpty()
        .Max();

    /// <summary>When it began.</summary>
    public DateTimeOffset Began { get; } = TimeProvider.System.GetUtcNow();

    public int RefusedHealthy => Healthy.Sum(encoder => encoder.Refused);

    /// <summary>Everybody stays where it is; who is off the air comes in.</summary>
    public Task CalmAsync() => _calm.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _calm.CancelAsync();
        await _stop.CancelAsync();
        await _running;
    }

    private static bool Stays(int at) => at < Keys || (at - Keys) % Fighters == 0;
}
