using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>One process of a <see cref="MemoryClusterScene"/>, wired as a real one: region, member, and the door to the whole cluster.</summary>
public sealed class MemoryClusterMember
{
    private readonly MemoryClusterScene _scene;

    internal MemoryClusterMember(MemoryClusterScene scene, string name, int incarnation, Action<MemoryClusterLink>? spoil)
    {
        _scene = scene;
        Identity = new MemberIdentity(new Guid(incarnation, 0, 0, new byte[8]), name, $"http://{name}");
        Process = new MemoryClusterProcess(scene.Simulation);
        Link = scene.Cluster.Connect(Identity);
        spoil?.Invoke(Link);
        Process.AtEnd(Link.Break);
        (Local, Member, Region) = Process.Inside(() => Build(incarnation));
        scene.Network.Listen(Identity.BaseUrl, Process, Region);
        Joining = Process.Inside(() => Member.JoinAsync(Local, CancellationToken.None));
    }

    public MemberIdentity Identity { get; }
    public MemoryClusterProcess Process { get; }
    public MemoryClusterLink Link { get; }
    public ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply> Local { get; }
    public ClusterMember Member { get; }
    public ClusterRegion<CounterCommand, CounterReply> Region { get; }
    public Task Joining { get; }

    /// <summary>The number of shards that it serves.</summary>
    public int Serving => Enumerable.Range(0, ShardMap.Shards).Count(Serves);

    public bool Serves(int shard) => !Process.IsKilled && Local.StateOf(shard) == ShardState.Serving;

    public Task<AskResult<CounterReply>> AskAsync(string entityId, CounterCommand command, TimeSpan? patience = null) => Process.Inside(() =>
        Region.AskAsync(entityId, command, _scene.Simulation.Time.GetUtcNow() + (patience ?? TimeSpan.FromSeconds(5)), CancellationToken.None));

    /// <summary>Asks and runs the simulation until the answer is there.</summary>
    public AskResult<CounterReply> Ask(string entityId, CounterCommand command, TimeSpan? patience = null) =>
        _scene.Simulation.Run(() => AskAsync(entityId, command, patience));

    public bool Tell(string entityId, CounterCommand command) => Process.Inside(() => Region.Tell(entityId, command));

    public Task DrainAsync(CancellationToken patience = default) => Process.Inside(() => Member.DrainAsync(patience));

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill() => Process.Kill();

    private (ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply>, ClusterMember, ClusterRegion<CounterCommand, CounterReply>) Build(int incarnation)
    {
        var peers = new MemoryPeers<CounterCommand, CounterReply>(_scene.Network, Identity.BaseUrl);
        var member = new ClusterMember(new ClusterMemberParts
        {
            Self = Identity,
            Membership = Link,
            Leases = Link,
            Epochs = Link,
            Reachability = peers,
            Time = _scene.Simulation.Time,
            Random = new Random((_scene.Seed * 31) + incarnation),
            Logger = _scene.Logger,
            Settings = _scene.Settings,
        });
        var local = new ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply>(new()
        {
            Behavior = new CounterBehavior(),
            Journal = Link,
            Ownership = member,
            Time = _scene.Simulation.Time,
            Logger = _scene.Logger,
        });
        return (local, member, new ClusterRegion<CounterCommand, CounterReply>(new()
        {
            Local = local,
            Host = local,
            View = member,
            Peers = peers,
            Time = _scene.Simulation.Time,
        }));
    }
}
