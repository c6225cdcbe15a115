using System.Collections.Immutable;
using System.Globalization;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Http;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// A storm of publishers, a fault in the midst of it, and the journal and the servers held against the promises afterwards.
/// <c>FAILOVER_ROUNDS=10</c> does each ten times; the output tells for how long encoders stood before the door. <c>FAILOVER_SEED=n</c> repeats a
/// run's choices, <c>FAILOVER_STORY=1</c> brings what the members wrote though nothing failed.
/// </summary>
public abstract class FailoverScenes(FailoverStage stage, ITestOutputHelper log)
{
    /// <summary>Attempts that SRS may refuse after the database went back in time: one in ten rounds was seen.</summary>
    private const int MostBusyAfterARollback = 3;

    /// <summary>Not what is promised, but what a machine that does ten other things may take: the promise is in the printed figures.</summary>
    private static readonly TimeSpan LiveAgain = TimeSpan.FromSeconds(60);
    private protected static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("FAILOVER_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>What is told of an encoder that was refused begins so long before, and ends so long after.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromMilliseconds(300);

    /// <summary>What is told of one that a server refused as busy begins so long before: whoever is in its way came before it.</summary>
    private static readonly TimeSpan BeforeBusy = TimeSpan.FromSeconds(20);
    private readonly List<Outage> _outages = [];
    private Random _random = new(0);

    private protected FailoverStage Stage => stage;

    /// <summary>Those with a key of their own are let in at each try while this goes on.</summary>
    private protected async Task NobodyIsRefusedAsync(Storm storm, Func<Task> fault)
    {
        var refused = storm.RefusedHealthy;
        await fault();
        (storm.RefusedHealthy - refused).ShouldBe(0, await ReasonsAsync(storm));
    }

    /// <summary>Why attempts were refused, as the journal has it, and the whole story of encoders with a key of their own that were.</summary>
    private async Task<string> ReasonsAsync(Storm storm)
    {
        var journal = await stage.Witness.JournalAsync(storm.EntityPrefix);
        var reasons = journal.Select(row => row.Event).OfType<AttemptRefused>().CountBy(refused => refused.Reason).Select(reason => $"{reason.Value} x {reason.Key}");
        var stories = storm.Healthy.SelectMany(encoder => encoder.WaysIn).Where(way => way.Refused > 0).Select(way => StoryOf(way, journal));
        return string.Join('\n', [.. reasons, .. stories]);
    }

    private string StoryOf(WayIn way, ImmutableArray<JournalRow> journal) =>
        string.Create(CultureInfo.InvariantCulture, $"{way.Key} was refused between {way.Began:HH:mm:ss.fff} and {way.Started:HH:mm:ss.fff}\n  ")
        + StoryOf(way.Key, way.Began - Around, way.Started + Around, journal);

    private string StoryOf(string key, DateTimeOffset from, DateTimeOffset to, ImmutableArray<JournalRow> journal)
    {
        var entity = StreamKey.Parse(key).ToString();
        var stored = journal.Where(row => row.Entity == entity && row.StoredAt >= from && row.StoredAt <= to)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.StoredAt:HH:mm:ss.fff} {row.Writer} #{row.Row} {row.Event}"));
        return string.Join("\n  ", [.. stage.Record.StoryOf(key, from, to), .. stored]);
    }

    private protected async Task StandsAsync(string kind, Func<Storm, Task> strike, bool nobodyDies = false)
    {
        var seed = Environment.GetEnvironmentVariable("FAILOVER_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000);
        log.WriteLine($"FAILOVER_SEED={seed}");
        _random = new Random(seed);
        await stage.HealAsync();
        await using var storm = new Storm(stage.Srs, kind, seed);
        var dead = await stage.Witness.CondemnedAsync();
        try
        {
            await storm.AllComeInAsync(DateTimeOffset.MinValue, LiveAgain);
            for (var round = 1; round <= Rounds; round++)
            {
                await strike(storm);
                var over = _outages[^1].Until;
                await storm.AllComeInAsync(over, LiveAgain);
                _outages[^1].Measure(storm);
                await stage.HealAsync();
                _outages[^1].AddFirstGrant(await stage.Witness.JournalAsync(storm.EntityPrefix));
                log.WriteLine($"{kind} {round}: {_outages[^1]}, slowest /ready {stage.TakeSlowestCheck().TotalMilliseconds:F0} ms");
            }

            await CheckAsync(storm);
            ImmutableArray<string> died = [.. (await stage.Witness.CondemnedAsync()).Except(dead)];
            log.WriteLine($"{kind}: {storm.RefusedHealthy} refused, {died.Length} declared dead");
            died.Where(_ => nobodyDies).ShouldBeEmpty();
        }
        catch
        {
            log.WriteLine(stage.Story);
            throw;
        }

        log.WriteLine($"{kind}: {Outage.Summary(_outages)}");
        if (Environment.GetEnvironmentVariable("FAILOVER_STORY") is not null)
        {
            log.WriteLine(stage.Story);
        }
    }

    private async Task CheckAsync(Storm storm)
    {
        await storm.CalmAsync();
        using var api = new SupervisorApiClient(new Uri(stage.Address), apiKey: null);
        foreach (var encoder in storm.Staying)
        {
            await Eventually.HoldsAsync($"{encoder.Key} is settled", async () =>
                encoder.OnAir is { } onAir
                && (await api.GetStreamAsync(StreamKey.Parse(encoder.Key), CancellationToken.None)).Value is { State: "live", Evictions: [], Handover: null, Session: { } session }
                && session.ClientId == onAir.ClientId
                && (await stage.Srs.ActiveAsync(encoder.Key)).SequenceEqual([onAir.ClientId]), LiveAgain);
        }

        var (onAir, accepted, deleted) = await stage.Record.ReadAsync();
        var journal = await stage.Witness.JournalAsync(storm.EntityPrefix);
        var sessions = onAir.Where(one => one.Entity.StartsWith(storm.EntityPrefix, StringComparison.Ordinal)).ToImmutableArray();
        accepted = [.. accepted.Where(one => !stage.IsForgotten(one.At))];
        deleted = [.. deleted.Where(one => !stage.IsForgotten(one.At))];
        ImmutableArray<string> violations =
        [
            .. Invariants.OfTheJournal(journal),
            .. await stage.Witness.LostAsync(storm.EntityPrefix),
            .. Invariants.OfTheAir(sessions, journal, stage.IsForgotten),
            .. Invariants.OfDeletes(deleted, await stage.Witness.JournalAsync("")),
            .. Invariants.OfAnswers([.. accepted.Where(one => one.Entity.StartsWith(storm.EntityPrefix, StringComparison.Ordinal))], journal),
            .. Invariants.OfEvictions(journal),
        ];
        var busy = stage.Record.BusySince(storm.Began).ToList();
        log.WriteLine($"{storm.Name}: {journal.Length} events, {sessions.Length} sessions on air, {deleted.Length} DELETEs in all, {busy.Count} StreamBusy; {violations.Length} violations");
        violations.ShouldBeEmpty();

        // Whom a database that went back has forgotten may still be in the way of one attempt; a second publisher never is let in.
        busy.Count.ShouldBeLessThanOrEqualTo(stage.HasForgottenSince(storm.Began) ? MostBusyAfterARollback : 0, string.Join('\n', busy.Select(one =>
            string.Create(CultureInfo.InvariantCulture, $"{one.Key} was busy at {one.At:HH:mm:ss.fff}\n  ")
            + StoryOf(one.Key, one.At - BeforeBusy, one.At + Around, journal))));
    }

    private protected void Tell(FormattableString what) => log.WriteLine(what.ToString(CultureInfo.InvariantCulture));

    private protected FailoverMember Victim() => stage.Members[_random.Next(stage.Members.Length)];

    private protected SimulatedSrsServer Server() => stage.Srs[_random.Next(stage.Srs.All.Length)];

    private protected bool Heads() => _random.Next(2) == 0;

    private protected TimeSpan Between(double from, double to) => TimeSpan.FromSeconds(from + ((to - from) * _random.NextDouble()));

    private protected async Task<Outage> BeginAsync(FailoverMember? victim)
    {
        _outages.Add(new Outage(victim?.Name, victim is null ? [] : await stage.ShardsOfAsync(victim)));
        return _outages[^1];
    }
}
