using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>Not beside other tests: they would take the time that is measured here.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FailoverCollection : ICollectionFixture<FailoverStage>
{
    public const string Name = "failover";
}

/// <summary>A database server, two SRS servers, three members in processes of their own, and the balancer between: for all tests of the folder.</summary>
public class FailoverStage : IAsyncLifetime
{
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(90);
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _forgotten = [];
    private HookRelay? _relay;

    internal PostgresServer Postgres { get; private set; } = null!;

    /// <summary>Has every commit of the other, and takes its place with <see cref="FailOverAsync"/>; null where there is none.</summary>
    internal PostgresServer? Standby { get; private set; }
    internal SrsServers Srs { get; private set; } = null!;
    internal ServerRecord Record { get; private set; } = null!;
    internal Witness Witness { get; private set; } = null!;
    internal ImmutableArray<FailoverMember> Members { get; private set; } = [];

    /// <summary>Where hooks go.</summary>
    internal string Address => _relay!.Address;

    /// <summary>How long a member took to say whether it is ready, at most, since the last call.</summary>
    internal TimeSpan TakeSlowestCheck() => _relay!.TakeSlowestCheck();

    protected virtual bool HasStandby => false;

    /// <summary>The member whose clock can be set; null where none can.</summary>
    protected virtual string? ClockOf => null;

    public async Task InitializeAsync()
    {
        if (PostgresBinaries.WhySkipped is not null)
        {
            return;
        }

        Postgres = await PostgresServer.StartAsync();
        _ = await PostgresMigrations.MigrateAsync(Postgres.ConnectionString, NullLogger.Instance);
        Witness = new Witness(Postgres.ConnectionString);
        await Witness.BeginAsync();
        await PostgresMigrations.GrantAsync(Postgres.ConnectionString, Witness.Role);

        if (HasStandby)
        {
            Standby = await PostgresServer.StartAsync();
            await Standby.FollowAsync(Postgres);
        }

        // Where the waiting is done in on_publish, and where it is done in on_connect.
        Srs = await SrsServers.StartAsync(SrsModel.V5, SrsModel.V7Token);
        Record = await ServerRecord.BeginAsync(Srs);
        Members = [.. new[] { "a", "b", "c" }.Select(name => new FailoverMember(name, Srs, Postgres.ConnectionStringOf("postgres", Witness.Role), Postgres.Port, Standby?.Port, name == ClockOf ? new MemberClock() : null))];
        await StartedAsync();
        _relay = new HookRelay(Members.Select(member => (member.Hooks, member.Management)));
        await Srs.SendHooksToAsync(_relay.Address);
    }

    /// <summary>The primary crashes, its standby is promoted, and what was the primary comes back as the standby of the other.</summary>
    internal async Task FailOverAsync()
    {
        var lost = Postgres;
        await lost.StopAsync("immediate");
        await Standby!.PromoteAsync();
        (Postgres, Standby) = (Standby, lost);
        Witness = new Witness(Postgres.ConnectionString);
        await lost.FollowAsync(Postgres);
    }

    /// <summary>
    /// Starts whoever has ended, and waits until all are ready, know each other, and each has at least half of its share of the shards.
    /// </summary>
    internal Task HealAsync() => Eventually.HoldsAsync("three members share the streams", async () =>
    {
        foreach (var member in Members)
        {
            await member.LaunchAsync();
        }

        return (await Task.WhenAll(Members.Select(member => member.IsReadyAsync()))).All(ready => ready)
            && (await Task.WhenAll(Members.Select(member => member.MembersUpAsync()))).All(up => up.SequenceEqual(Members.Select(member => member.Name)))
            && await Members[0].ShardsAsync() is { } shards
            && Members.All(member => 2 * Members.Length * shards.Count(shard => shard.Owner == member.Name) >= shards.Length);
    }, Healing);

    private async Task StartedAsync()
    {
        try
        {
            await HealAsync();
        }
        catch (ShouldAssertException notReady)
        {
            throw new ShouldAssertException($"{notReady.Message}\n{Story}", notReady);
        }
    }

    /// <summary>The shards in memory that a member has, as the members see it.</summary>
    internal async Task<ImmutableHashSet<int>> ShardsOfAsync(FailoverMember owner) =>
        (await Members[0].ShardsAsync() ?? []).Where(shard => shard.Owner == owner.Name).Select(shard => shard.Shard).ToImmutableHashSet();

    /// <summary>What the database was told in this time it has forgotten: nothing that happened then stands in the journal.</summary>
    internal void Forget(DateTimeOffset from, DateTimeOffset to) => _forgotten.Add((from, to));

    /// <summary>Whether the database has forgotten what was decided then.</summary>
    internal bool IsForgotten(DateTimeOffset at) => _forgotten.Exists(time => time.From <= at && at <= time.To);

    /// <summary>Whether the database has forgotten anything of the time since then.</summary>
    internal bool HasForgottenSince(DateTimeOffset time) => _forgotten.Exists(one => one.To > time);

    /// <summary>What the members have written.</summary>
    internal string Story => $"{string.Join('\n', Members.Select(member => member.Story))}\n--- balancer\n{_relay?.Story}";

    public async Task DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        foreach (var member in Members)
        {
            await member.DisposeAsync();
        }

        await (Srs?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Standby?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
