using System.Collections.Immutable;
using System.Globalization;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// Members are killed, frozen, restarted and cut off in the middle of a storm of publishers. Afterwards the journal and the servers are held
/// against the promises. <c>FAILOVER_ROUNDS=10</c> does each ten times; the output tells for how long encoders stood before the door.
/// <c>FAILOVER_SEED=n</c> repeats a run's choices, <c>FAILOVER_STORY=1</c> brings what the members wrote though nothing failed.
/// </summary>
[Collection(FailoverCollection.Name)]
public sealed class FailoverTests(FailoverStage stage, ITestOutputHelper log)
{
    /// <summary>Not what is promised, but what a machine that does ten other things may take: the promise is in the printed figures.</summary>
    private static readonly TimeSpan LiveAgain = TimeSpan.FromSeconds(60);
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("FAILOVER_ROUNDS") ?? "1", CultureInfo.InvariantCulture);
    private readonly List<Outage> _outages = [];
    private Random _random = new(0);

    [PostgresFact]
    public Task A_killed_member_is_replaced() => StandsAsync("killed", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        await victim.KillAsync();
    });

    [PostgresFact]
    public Task A_member_that_is_frozen_for_a_while_does_no_harm_afterwards() => StandsAsync("frozen", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        victim.Freeze();
        await Task.Delay(Between(0.1, 9));
        victim.Thaw();
    });

    [PostgresFact]
    public Task All_members_are_restarted_one_after_the_other() => StandsAsync("rolling", async storm =>
    {
        var refused = storm.RefusedHealthy;
        await using (await BeginAsync(victim: null))
        {
            foreach (var member in stage.Members)
            {
                (await member.StopAsync()).ShouldBe(0, member.Story);
                await member.StartAsync();
            }
        }

        (storm.RefusedHealthy - refused).ShouldBe(0, await ReasonsAsync(storm));
    });

    [PostgresFact]
    public Task A_database_that_crashed_and_is_back_is_gone_on_with() => StandsAsync("database", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await stage.Postgres.RestartImmediatelyAsync();
    }, nobodyDies: true);

    [PostgresFact]
    public Task Terminated_connections_to_the_database_are_replaced() => StandsAsync("terminated", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await stage.Witness.TerminateConnectionsAsync();
    }, nobodyDies: true);

    [PostgresFact]
    public Task A_member_that_is_cut_off_from_the_database_is_replaced() => StandsAsync("cut-database", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        victim.Database.Cut();
        await Task.Delay(Between(0.5, 9));
        victim.Database.Repair();
    });

    [PostgresFact]
    public Task A_member_that_the_others_cannot_reach_is_found_again() => StandsAsync("cut-peers", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        victim.Peers.Cut();
        await Task.Delay(Between(0.5, 6));
        victim.Peers.Repair();
    });

    /// <summary>Why attempts were refused, what was noted of their keys, as the journal has it, and when encoders with a key of their own were.</summary>
    private async Task<string> ReasonsAsync(Storm storm) => string.Join('\n', (await stage.Witness.JournalAsync(storm.EntityPrefix))
        .Select(row => row.Event switch
        {
            AttemptRefused refused => $"{row.Entity} refused: {refused.Reason}",
            PublisherLost lost => $"{row.Entity} lost: {lost.Cause}{(lost.NeverActive ? ", never active" : "")}",
            var other => $"{row.Entity} {other.GetType().Name}",
        })
        .CountBy(line => line).OrderByDescending(line => line.Value).Select(line => $"{line.Value} x {line.Key}"))
        + string.Concat(storm.Healthy.SelectMany(encoder => encoder.WaysIn).Where(way => way.Refused > 0)
            .Select(way => string.Create(CultureInfo.InvariantCulture, $"\n{way.Key} was refused between {way.Began:HH:mm:ss.fff} and {way.Started:HH:mm:ss.fff}")));

    private async Task StandsAsync(string kind, Func<Storm, Task> strike, bool nobodyDies = false)
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
                log.WriteLine($"{kind} {round}: {_outages[^1]}");
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

        var (onAir, accepted, deleted, busy) = await stage.Record.ReadAsync();
        var journal = await stage.Witness.JournalAsync(storm.EntityPrefix);
        var sessions = onAir.Where(one => one.Entity.StartsWith(storm.EntityPrefix, StringComparison.Ordinal)).ToImmutableArray();
        ImmutableArray<string> violations =
        [
            .. Invariants.OfTheJournal(journal),
            .. await stage.Witness.LostAsync(storm.EntityPrefix),
            .. Invariants.OfTheAir(sessions, journal),
            .. Invariants.OfDeletes(deleted, await stage.Witness.JournalAsync("")),
            .. Invariants.OfAnswers([.. accepted.Where(one => one.Entity.StartsWith(storm.EntityPrefix, StringComparison.Ordinal))], journal),
            .. Invariants.OfEvictions(journal),
        ];
        log.WriteLine($"{storm.Name}: {journal.Length} events, {sessions.Length} sessions on air, {deleted.Length} DELETEs in all, {busy} StreamBusy in all; {violations.Length} violations");
        violations.ShouldBeEmpty();
        busy.ShouldBe(0);
    }

    private FailoverMember Victim() => stage.Members[_random.Next(stage.Members.Length)];

    private TimeSpan Between(double from, double to) => TimeSpan.FromSeconds(from + ((to - from) * _random.NextDouble()));

    private async Task<Outage> BeginAsync(FailoverMember? victim)
    {
        _outages.Add(new Outage(victim?.Name, victim is null ? [] : await stage.ShardsOfAsync(victim)));
        return _outages[^1];
    }
}
