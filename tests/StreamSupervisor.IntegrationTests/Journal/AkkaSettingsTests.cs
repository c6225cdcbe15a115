using Akka.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>
/// The settings of Akka that guarantees and failover rest on, as a system that has started has them: neither a package's new default nor a user's
/// file changes one of them without this.
/// </summary>
public sealed class AkkaSettingsTests
{
    private const string Journal = "akka.persistence.journal.sql";
    private const string Snapshots = "akka.persistence.snapshot-store.sql";
    private const string Sharding = "akka.cluster.sharding";
    private const string Resolver = "akka.cluster.split-brain-resolver";

    private static readonly (string Path, string Value)[] EveryMember =
    [
        ($"{Journal}.replay-filter.mode", "off"),
        ($"{Journal}.circuit-breaker.max-failures", "1000000"),
        ($"{Journal}.circuit-breaker.call-timeout", "5s"),
        ($"{Journal}.circuit-breaker.reset-timeout", "500ms"),
        ($"{Journal}.auto-initialize", "off"),
        ($"{Journal}.buffer-size", "5000"),
        ($"{Journal}.batch-size", "400"),
        ($"{Snapshots}.circuit-breaker.max-failures", "1000000"),
        ($"{Snapshots}.auto-initialize", "off"),
        ("akka.actor.provider", "cluster"),
        ("akka.actor.serializers.json", "StreamSupervisor.Actors.Serialization.ThrowingSerializer, StreamSupervisor.Actors"),
        ("akka.actor.serialization-settings.allow-unregistered-types", "off"),
        ($"{Sharding}.state-store-mode", "ddata"),
        ($"{Sharding}.remember-entities", "off"),
        ($"{Sharding}.passivate-idle-entity-after", "off"),
        ($"{Sharding}.number-of-shards", "64"),
        ($"{Sharding}.retry-interval", "200ms"),
        ($"{Sharding}.waiting-for-state-timeout", "500ms"),
        ($"{Sharding}.updating-state-timeout", "1s"),
        ($"{Sharding}.coordinator-failure-backoff", "200ms"),
        ($"{Sharding}.handoff-timeout", "10s"),
        ($"{Sharding}.coordinator-state.write-majority-plus", "0"),
        ($"{Sharding}.coordinator-state.read-majority-plus", "0"),
        ($"{Sharding}.distributed-data.majority-min-cap", "2"),
        ($"{Sharding}.distributed-data.gossip-interval", "200ms"),
        ("akka.cluster.singleton.hand-over-retry-interval", "200ms"),
        ("akka.cluster.singleton.min-number-of-hand-over-retries", "30"),
        ("akka.cluster.gossip-interval", "100ms"),
        ("akka.cluster.leader-actions-interval", "100ms"),
        ("akka.cluster.periodic-tasks-initial-delay", "50ms"),
        ("akka.cluster.unreachable-nodes-reaper-interval", "200ms"),
        ("akka.cluster.failure-detector.heartbeat-interval", "1s"),
        ("akka.cluster.failure-detector.acceptable-heartbeat-pause", "5s"),
        ("akka.cluster.use-dispatcher", "streamsupervisor.cluster-dispatcher"),
    ];

    [Fact]
    public async Task One_supervisor_on_a_file()
    {
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-akka-").FullName;
        await using (var system = await BuildAsync(new StoreLocation.Sqlite(Path.Combine(folder, "s.db")), cluster: null))
        {
            ShouldBe(system.AkkaConfig,
            [
                .. EveryMember,
                ($"{Journal}.provider-name", "SQLite.MS"),
                ($"{Journal}.parallelism", "1"),
                ($"{Journal}.read-isolation-level", "read-uncommitted"),
                ($"{Snapshots}.provider-name", "SQLite.MS"),
                ("akka.remote.memory.transport-class", "Akka.Remote.Transport.TestTransport, Akka.Remote"),
            ]);
            system.AkkaConfig.GetStringList("akka.remote.enabled-transports").ShouldBe(["akka.remote.memory"], "no port is opened");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_member_among_others()
    {
        // Nobody answers there, and nobody is asked before it joins.
        const string database = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";
        var port = new Uri(FreePort.Address()).Port;
        var cluster = new ClusterMemberSettings(
            new MembershipSettings { ConnectionString = database, Name = "one", Advertised = $"127.0.0.1:{port}" },
            new RemotingEndpoint("127.0.0.1", port, "127.0.0.1", port), "0123456789abcdef0123456789abcdef", null);
        await using var system = await BuildAsync(new StoreLocation.Postgres(database), cluster);

        ShouldBe(system.AkkaConfig,
        [
            .. EveryMember,
            ($"{Journal}.provider-name", "PostgreSQL.15"),
            ($"{Journal}.parallelism", "2"),
            ($"{Snapshots}.provider-name", "PostgreSQL.15"),
            ("akka.remote.tls.transport-class", "StreamSupervisor.Actors.Membership.TlsTransport, StreamSupervisor.Actors"),
            ("akka.remote.tls.advertised-host", "127.0.0.1"),
            ("akka.remote.use-dispatcher", "streamsupervisor.remote-dispatcher"),
            ("akka.cluster.downing-provider-class", "StreamSupervisor.Actors.Membership.StoreDowning, StreamSupervisor.Actors"),
            ($"{Resolver}.active-strategy", "lease-majority"),
            ($"{Resolver}.down-all-when-unstable", "off"),
            ($"{Resolver}.lease-majority.acquire-lease-delay-for-minority", "3s"),
        ]);
        system.AkkaConfig.GetStringList("akka.remote.enabled-transports").ShouldBe(["akka.remote.tls"]);
    }

    private static Task<SupervisorSystem> BuildAsync(StoreLocation store, ClusterMemberSettings? cluster) => SupervisorSystem.BuildAsync(
        new SupervisorSystemSettings
        {
            Store = store,
            Cluster = cluster,
            Origins = [],
            Policies = PolicyBook.Default,
            Rows = new RowReader(key => key, (_, _) => "key"),

            // What a user may write, and what it does not change.
            AkkaOverlay = """
                akka.persistence.journal.sql.replay-filter.mode = "fail"
                akka.cluster.sharding.number-of-shards = "1000"
                akka.cluster.failure-detector.acceptable-heartbeat-pause = "1s"
                """,
        }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

    private static void ShouldBe(Config effective, IEnumerable<(string Path, string Value)> settings) =>
        settings.Where(setting => effective.GetString(setting.Path) != setting.Value)
            .Select(setting => $"{setting.Path} is {effective.GetString(setting.Path)} and not {setting.Value}").ShouldBeEmpty();
}
