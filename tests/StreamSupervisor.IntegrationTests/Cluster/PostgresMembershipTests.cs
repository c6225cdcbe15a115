using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Storage.Postgres;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Cluster;

/// <summary>Whole members on a real database, by the real clock.</summary>
[Collection(PostgresFixture.Name)]
public sealed class PostgresMembershipTests(PostgresFixture postgres, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<Node> _nodes = [];
    private string _database = "";

    public async Task InitializeAsync() => _database = PostgresBinaries.WhySkipped is null ? await postgres.EmptyDatabaseAsync() : "";

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.KillAsync();
        }
    }

    [PostgresFact]
    public async Task Members_share_the_shards_replace_one_that_is_killed_and_let_one_leave_without_a_refused_ask()
    {
        var (a, b, c) = (await StartAsync("a"), await StartAsync("b"), await StartAsync("c"));
        await BalancedAsync(a, b, c);
        var key = MemoryClusterScene.EntityIn(Enumerable.Range(0, ShardMap.Shards).First(c.Serves));
        (await a.AskAsync(key, new Count("1"))).Reply.ShouldBe(new CounterReply(1));

        var killed = Stopwatch.GetTimestamp();
        await c.KillAsync();
        (await a.AskAsync(key, new Count("2"))).Reply.ShouldBe(new CounterReply(2));
        output.WriteLine($"killed -> answered elsewhere: {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:F0} ms");
        await BalancedAsync(a, b);
        output.WriteLine($"killed -> all shards served: {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:F0} ms");
        a.Member.Died.IsCompleted.ShouldBeFalse();

        var drained = Stopwatch.GetTimestamp();
        var draining = b.Member.DrainAsync(CancellationToken.None);
        List<AskStatus> answers = [];
        while (!draining.IsCompleted)
        {
            answers.Add((await b.AskAsync($"key-{answers.Count % 50}", new Count($"{answers.Count}"))).Status);
        }

        await draining;
        output.WriteLine($"drained {answers.Count} asks in {Stopwatch.GetElapsedTime(drained).TotalMilliseconds:F0} ms");
        answers.ShouldAllBe(status => status == AskStatus.Answered);
        await BalancedAsync(a);
        (await b.AskAsync(key, new Count("3"))).Reply.ShouldBe(new CounterReply(3));
    }

    private async Task<Node> StartAsync(string name)
    {
        var node = await Node.StartAsync(_database, name, _nodes);
        _nodes.Add(node);
        return node;
    }

    private static async Task BalancedAsync(params Node[] nodes)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var serving = nodes.Select(node => node.Serving).ToList();
            if (serving.Sum() == ShardMap.Shards && serving.Max() - serving.Min() <= 1)
            {
                return;
            }

            // A shard is served a moment after the map says so: the looks go on anyway, and each asks again.
            await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
        }
    }

    private sealed class Node(List<Node> others, MemberIdentity identity, PostgresStore store, PostgresCluster cluster, TcpListener listener)
        : IPeers<CounterCommand, CounterReply>
    {
        private ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply> _local = null!;
        private ClusterRegion<CounterCommand, CounterReply> _region = null!;
        private bool _killed;

        public ClusterMember Member { get; private set; } = null!;
        public int Serving => Enumerable.Range(0, ShardMap.Shards).Count(Serves);

        public static async Task<Node> StartAsync(string database, string name, List<Node> others)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var identity = new MemberIdentity(Guid.NewGuid(), name, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
            var store = await PostgresStore.OpenAsync(database, identity.Id, NullLogger<PostgresStore>.Instance);
            var cluster = new PostgresCluster(database);
            var node = new Node(others, identity, store, cluster, listener);
            node.Member = new ClusterMember(new ClusterMemberParts
            {
                Self = identity,
                Membership = cluster,
                Leases = cluster,
                Epochs = store,
                Reachability = new TcpReachability(),
                Time = TimeProvider.System,
                Random = new Random(1),
                Logger = NullLogger.Instance,
            });
            node._local = new ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply>(new()
            {
                Behavior = new CounterBehavior(),
                Journal = store,
                Ownership = node.Member,
                Time = TimeProvider.System,
                Logger = NullLogger.Instance,
            });
            node._region = new ClusterRegion<CounterCommand, CounterReply>(new()
            {
                Local = node._local,
                Host = node._local,
                View = node.Member,
                Peers = node,
                Time = TimeProvider.System,
            });
            await node.Member.JoinAsync(node._local, CancellationToken.None);
            return node;
        }

        public bool Serves(int shard) => _local.StateOf(shard) == ShardState.Serving;

        public Task<AskResult<CounterReply>> AskAsync(string entityId, CounterCommand command) =>
            _region.AskAsync(entityId, command, TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(20), CancellationToken.None);

        /// <summary>Without a word to the others or the database: connections end, the port refuses.</summary>
        public async Task KillAsync()
        {
            if (_killed)
            {
                return;
            }

            _killed = true;
            listener.Dispose();
            _local.Dispose();
            await Member.DisposeAsync();
            _region.Dispose();
            await store.DisposeAsync();
            await cluster.DisposeAsync();
        }

        async Task<PeerAnswer<CounterReply>> IPeers<CounterCommand, CounterReply>.AskAsync(
            string baseUrl, string entityId, CounterCommand command, TimeSpan wait, CancellationToken cancellation)
        {
            var other = others.Single(node => node.Url == baseUrl);
            return other._killed
                ? new PeerAnswer<CounterReply>(AskResult<CounterReply>.Not(AskStatus.Unavailable, "connection refused"), false)
                : await other._region.AskLocalAsync(entityId, command, wait, cancellation);
        }

        bool IPeers<CounterCommand, CounterReply>.Tell(string baseUrl, string entityId, CounterCommand command) => throw new NotSupportedException();

        private string Url => identity.BaseUrl;
    }
}
