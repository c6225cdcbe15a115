using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>The life of one member among others: the real membership, regions and supervisor, on the simulated store and network.</summary>
internal sealed class ClusterLife : Life
{
    /// <summary>As the program has it: not ready, then a moment for the balancer to notice, then the leave.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    /// <summary>Longer than in the program: looks that bring no news are half of all that happens, and hints bring the news.</summary>
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(12);

    private readonly ClusterMember _member;

    public ClusterLife(World world, Member member, int number) : base(world, member, number)
    {
        Identity = new MemberIdentity(new Guid(number, 0, 0, new byte[8]), member.Name, member.Url);
        Link = world.Cluster.Connect(Identity);
        Process.AtEnd(Link.Break);
        (_member, Supervisor) = Process.Inside(Build);
        world.Network.Listen(member.Url, Process, Supervisor.Cluster!);
        Do(() => _ = StartAsync());
    }

    public MemberIdentity Identity { get; }

    /// <summary>Its connections to the store, which can be spoiled.</summary>
    public MemoryClusterLink Link { get; }
    public override Supervisor Supervisor { get; }

    public bool Serves(int shard) => !IsOver && Supervisor.Host.StateOf(shard) == ShardState.Serving;

    /// <summary>SIGTERM: says not ready, hands over what it has, and ends.</summary>
    public void Leave() => Do(() => _ = LeaveAsync());

    public override void Dispose()
    {
        base.Dispose();
        Supervisor.Cluster!.Dispose();
        _ = _member.DisposeAsync().AsTask();
    }

    private (ClusterMember, Supervisor) Build()
    {
        var peers = new MemoryPeers<LiveStreamCommand, LiveStreamReply>(World.Network, Member.Url);
        var store = new WorldStore(World, this, Link);
        var member = new ClusterMember(new ClusterMemberParts
        {
            Self = Identity,
            Membership = store,
            Leases = store,
            Epochs = store,
            Reachability = peers,
            Time = Time,
            Random = new Random((World.Seed * 131) + Number),
            Logger = World.Log,
            Settings = World.Rules.Membership(ClusterMemberSettings.Default with { PollEvery = PollEvery }),
        });
        var supervisor = new Supervisor(Parts(store, member) with
        {
            Route = (local, host) => new ClusterRegion<LiveStreamCommand, LiveStreamReply>(new()
            {
                Local = local,
                Host = host,
                View = member,
                Peers = peers,
                Time = Time,
            }),
        });
        supervisor.Desk.ClosedUnknown = (origin, closed) => World.PassOnClosed(this, origin, closed);
        return (member, supervisor);
    }

    private async Task StartAsync()
    {
        await _member.JoinAsync(Supervisor.Host, CancellationToken.None);
        _ = Supervisor.StartSweeping();
        await _member.Died;
        World.Kill(this);
    }

    private async Task LeaveAsync()
    {
        Member.IsLeaving = true;
        await Task.Delay(Farewell, Time);
        using var patience = new CancellationTokenSource(LastWords, Time);
        await _member.DrainAsync(patience.Token);
        World.Kill(this);
    }
}
