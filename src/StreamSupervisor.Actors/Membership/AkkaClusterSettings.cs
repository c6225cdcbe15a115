using System.Globalization;

namespace StreamSupervisor.Actors.Membership;

/// <summary>Where a member listens to the others, and where they reach it.</summary>
/// <param name="AdvertisedHost">Of <c>cluster.advertise</c>: others connect there, and know the member by it.</param>
/// <param name="AdvertisedPort">1 to 65535.</param>
/// <param name="ListenHost">Of <c>cluster.listen</c>: an address of this machine, or 0.0.0.0.</param>
/// <param name="ListenPort">1 to 65535.</param>
public sealed record RemotingEndpoint(string AdvertisedHost, int AdvertisedPort, string ListenHost, int ListenPort);

/// <summary>The part of <c>akka {}</c> that makes a cluster: actors, remoting, cluster, sharding, singletons, downing, shutdown. Every value has its reason beside it.</summary>
public sealed record AkkaClusterSettings
{
    /// <summary>The name that all members give their actor system; part of every address.</summary>
    public const string SystemName = "streamsupervisor";

    /// <summary>Null: one supervisor, a cluster of one. Its remoting goes through memory and opens no port that another user of the machine could reach.</summary>
    public RemotingEndpoint? Remoting { get; init; }

    /// <summary>Akka's roles of this member.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The settings as HOCON, to be laid over Akka's own.</summary>
    public string Render() => string.Join('\n', Actors, Remoting is { } remoting ? Ports(remoting) : Memory(), Cluster(), Sharding, Remoting is null ? "" : Downing);

    private const string Actors =
        """
        akka {
          loggers = ["StreamSupervisor.Actors.Membership.AkkaLogger, StreamSupervisor.Actors"]
          stdout-loglevel = off
          # At its end Akka writes to the console whatever the level, unless this takes it.
          stdout-logger-class = "StreamSupervisor.Actors.Membership.SilentLogger, StreamSupervisor.Actors"
          loglevel = info
          # The hub sends again; what a dead member was sent is no news.
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          actor {
            provider = cluster
            serialize-messages = off
            serialize-creators = off
            serialization-settings.primitive.use-legacy-behavior = off
          }
          # The program ends itself when it is told to, with its own exit code.
          coordinated-shutdown {
            exit-clr = off
            run-by-clr-shutdown-hook = off
            terminate-actor-system = on
          }
        }
        streamsupervisor {
          # A thread pool that is blocked must not stop gossip and heartbeats: a loaded machine must not look like a dead one.
          cluster-dispatcher {
            type = ForkJoinDispatcher
            executor = fork-join-executor
            throughput = 30
            dedicated-thread-pool { thread-count = 2, threadtype = background }
          }
          remote-dispatcher {
            type = ForkJoinDispatcher
            executor = fork-join-executor
            throughput = 30
            dedicated-thread-pool { thread-count = 2, threadtype = background }
          }
          # The member's beat blocks on the database, so it has its own.
          member-dispatcher {
            type = ForkJoinDispatcher
            executor = fork-join-executor
            throughput = 1
            dedicated-thread-pool { thread-count = 1, threadtype = background }
          }
        }
        """;

    private const string Sharding =
        """
        akka.cluster {
          sharding {
            # In memory: a second journal for the places of shards would be slower, and could be wrong.
            state-store-mode = ddata
            remember-entities = off
            passivate-idle-entity-after = off
            # The coordinator gives out shard by shard after a death, so few.
            number-of-shards = 64
            retry-interval = 200ms
            waiting-for-state-timeout = 500ms
            updating-state-timeout = 1s
            coordinator-failure-backoff = 200ms
            handoff-timeout = 10s
            rebalance-interval = 2s
            least-shard-allocation-strategy { rebalance-absolute-limit = 16, rebalance-relative-limit = 0.25 }
            coordinator-state { write-majority-plus = 0, read-majority-plus = 0 }
            distributed-data { majority-min-cap = 2, gossip-interval = 200ms, durable.keys = [] }
          }
          singleton { hand-over-retry-interval = 200ms, min-number-of-hand-over-retries = 30 }
        }
        """;

    private const string Downing =
        """
        akka.cluster {
          downing-provider-class = "StreamSupervisor.Actors.Membership.StoreDowning, StreamSupervisor.Actors"
          split-brain-resolver {
            active-strategy = lease-majority
            stable-after = 5s
            # On, a flapping network takes down all members at once. Two owners of a key cannot both write, so waiting is the smaller harm.
            down-all-when-unstable = off
            lease-majority {
              lease-implementation = streamsupervisor.postgres-lease
              # With 0.5 s a lone member won one partition in two.
              acquire-lease-delay-for-minority = 3s
              release-after = 40s
            }
          }
        }
        streamsupervisor.postgres-lease {
          lease-class = "StreamSupervisor.Actors.Membership.PostgresLease, StreamSupervisor.Actors"
          lease-operation-timeout = 5s
        }
        """;

    /// <summary>A registry of its own: two supervisors in one process, as in tests, do not meet.</summary>
    private static string Memory() =>
        $$"""
        akka.remote {
          enabled-transports = ["akka.remote.memory"]
          log-remote-lifecycle-events = off
          memory {
            transport-class = "Akka.Remote.Transport.TestTransport, Akka.Remote"
            applied-adapters = []
            registry-key = "{{Guid.NewGuid()}}"
            local-address = "test://{{SystemName}}@alone:1"
            maximum-payload-bytes = 128000b
            scheme-identifier = test
          }
        }
        """;

    private static string Ports(RemotingEndpoint at) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        akka.remote {
          enabled-transports = ["akka.remote.tls"]
          log-remote-lifecycle-events = off
          use-dispatcher = streamsupervisor.remote-dispatcher
          # A member that is back, as after a cut, is heard again at once: the default keeps the door shut for 5 s after each failure.
          retry-gate-closed-for = 200ms
          tls {
            transport-class = "StreamSupervisor.Actors.Membership.TlsTransport, StreamSupervisor.Actors"
            applied-adapters = []
            advertised-host = {{Quoted(at.AdvertisedHost)}}
            advertised-port = {{at.AdvertisedPort}}
            listen-host = {{Quoted(at.ListenHost)}}
            listen-port = {{at.ListenPort}}
            maximum-payload-bytes = 1000000b
            # To connect, and for the handshake: a process that has just started on a loaded machine takes seconds for its first.
            patience = 10s
          }
        }
        """);

    private string Cluster() =>
        $$"""
        akka.cluster {
          roles = [{{string.Join(", ", Roles.Select(Quoted))}}]
          # The table of members says who joins whom.
          seed-nodes = []
          seed-node-timeout = 2s
          retry-unsuccessful-join-after = 2s
          use-dispatcher = {{StoreDowning.Dispatcher}}
          log-info = off
          # None of these is a verdict, so they are safe on a loaded machine.
          gossip-interval = 100ms
          leader-actions-interval = 100ms
          periodic-tasks-initial-delay = 50ms
          unreachable-nodes-reaper-interval = 200ms
          # Slow on purpose: the database knows the dead at once.
          failure-detector { heartbeat-interval = 1s, acceptable-heartbeat-pause = 5s }
        }
        """;

    private static string Quoted(string value) => $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
