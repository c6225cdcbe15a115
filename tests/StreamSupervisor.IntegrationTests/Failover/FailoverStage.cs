using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.Storage.Postgres;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>Not beside other tests: they would take the time that is measured here.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FailoverCollection : ICollectionFixture<FailoverStage>
{
    public const string Name = "failover";
}

/// <summary>A database server, two SRS servers, three members in processes of their own, and the balancer between: for all tests of the folder.</summary>
public sealed class FailoverStage : IAsyncLifetime
{
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(90);
    private HookRelay? _relay;

    internal PostgresServer Postgres { get; private set; } = null!;
    internal SrsServers Srs { get; private set; } = null!;
    internal ServerRecord Record { get; private set; } = null!;
    internal Witness Witness { get; private set; } = null!;
    internal ImmutableArray<FailoverMember> Members { get; private set; } = [];

    /// <summary>Where hooks go.</summary>
    internal string Address => _relay!.Address;

    public async Task InitializeAsync()
    {
        if (PostgresBinaries.WhySkipped is not null)
        {
            return;
        }

        Postgres = await PostgresServer.StartAsync();
        _ = await PostgresSchema.MigrateAsync(Postgres.ConnectionString, NullLogger.Instance);
        Witness = new Witness(Postgres.ConnectionString);
        await Witness.BeginAsync();

        // Where the waiting is done in on_publish, and where it is done in on_connect.
        Srs = await SrsServers.StartAsync(SrsModel.V5, SrsModel.V7Token);
        Record = await ServerRecord.BeginAsync(Srs);
        Members = [.. new[] { "a", "b", "c" }.Select(name => new FailoverMember(name, Srs, Postgres.ConnectionString, Postgres.Port))];
        await HealAsync();
        _relay = new HookRelay(Members.Select(member => (member.Hooks, member.Management)));
        await Srs.SendHooksToAsync(_relay.Address);
    }

    /// <summary>Starts whoever has ended, and waits until the three share all shards.</summary>
    internal async Task HealAsync()
    {
        await Eventually.HoldsAsync("three members share all shards", async () =>
        {
            await Task.WhenAll(Members.Where(member => !member.IsRunning).Select(member => member.StartAsync()));
            try
            {
                var owners = await Witness.OwnersAsync();
                return owners.Count(row => row.Holds) == ShardMap.Shards && owners.GroupBy(row => row.Member).Count(shards => shards.Count() >= ShardMap.Shards / Members.Length) == Members.Length;
            }
            catch (NpgsqlException)
            {
                return false; // The server has just been restarted.
            }
        }, Healing);
        await Task.WhenAll(Members.Select(member => member.StartAsync()));
    }

    /// <summary>What the members have written.</summary>
    internal string Story => string.Join('\n', Members.Select(member => member.Story));

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
        await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
