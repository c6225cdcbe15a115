using System.Collections.Concurrent;
using System.Globalization;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Connections;

namespace StreamSupervisor.IntegrationTests.Soak;

/// <summary>
/// Everybody who is at the door for hours: encoders that stay on air, encoders that come once with a key of their own, strangers without a
/// credential, and people who look.
/// </summary>
internal sealed class SoakCrowd(SrsServers srs, ServeFolder served) : IAsyncDisposable
{
    private static readonly TimeSpan MediaEvery = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<EncoderEnd> _onAir = [];
    private Task _running = Task.CompletedTask;
    private int _oneTimeKeys;
    private int _refused;

    /// <summary>Published and given up so far.</summary>
    public int OneTimeKeys => _oneTimeKeys;

    /// <summary>Strangers that were refused so far.</summary>
    public int Refused => _refused;

    /// <summary>Encoders that came and whose connection is still open.</summary>
    public int OnAir => _onAir.Count(encoder => !encoder.Closed.IsCompleted);

    /// <param name="staying">Encoders that come and stay.</param>
    public async Task ComeAsync(int staying)
    {
        const int AtOnce = 32;
        var sending = Repeat(MediaEvery, () => EncoderEnd.SendAllAsync(srs[0], _onAir));
        await Parallel.ForEachAsync(Enumerable.Range(0, staying), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var encoder = await EncoderEnd.DialAsync(srs[0], AddressOf(number));
            (await encoder.PublishAsync(string.Create(CultureInfo.InvariantCulture, $"live/staying-{number}"))).ShouldBe(PublishOutcome.Started);
            _onAir.Add(encoder);
        });
        _running = Task.WhenAll(
        [
            sending,
            Repeat(TimeSpan.FromMilliseconds(100), ComeOnceAsync),
            Repeat(TimeSpan.FromMilliseconds(100), BeStrangeAsync),
            .. Enumerable.Range(0, 10).Select(_ => Repeat(TimeSpan.FromSeconds(1), LookAsync)),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static string AddressOf(int number) => string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}");

    private async Task ComeOnceAsync()
    {
        var number = Interlocked.Increment(ref _oneTimeKeys);
        var encoder = await EncoderEnd.DialAsync(srs[0], AddressOf(number));
        _ = await encoder.PublishAsync($"live/once-{Guid.NewGuid():N}");
        await encoder.SendAsync();
        await encoder.HangUpAsync();
    }

    private async Task BeStrangeAsync()
    {
        var encoder = await EncoderEnd.DialAsync(srs[0], AddressOf(Random.Shared.Next()));
        if (await encoder.PublishAsync($"guarded/{Guid.NewGuid():N}", $"?secret={Guid.NewGuid():N}") == PublishOutcome.Started)
        {
            throw new ShouldAssertException("A stranger was let in.");
        }

        _ = Interlocked.Increment(ref _refused);
        await encoder.HangUpAsync();
    }

    private async Task LookAsync()
    {
        using var http = new HttpClient();
        foreach (var address in new[] { $"{served.Address}/api/v1/streams?limit=100", $"{served.Address}/api/v1/origins", $"{served.Management}/ready", $"{served.Management}/metrics" })
        {
            using var answer = await http.GetAsync(new Uri(address), _stop.Token);
            answer.IsSuccessStatusCode.ShouldBeTrue(address);
        }
    }

    private async Task Repeat(TimeSpan every, Func<Task> work)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await work();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }
}
