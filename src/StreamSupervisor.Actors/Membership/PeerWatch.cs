using Akka.Actor;
using Akka.Cluster;

namespace StreamSupervisor.Actors.Membership;

/// <summary><c>/user/peers</c>: counts what Akka's cluster says of the other members.</summary>
internal sealed class PeerWatch : UntypedActor
{
    public const string ActorName = "peers";

    private readonly MemberMetrics _metrics;
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    public PeerWatch(MemberMetrics metrics) => _metrics = metrics;

    /// <summary>The other members that this one reaches now.</summary>
    public static int CountReachable(Cluster cluster)
    {
        var state = cluster.State;
        return state.Members.Count(member => member.UniqueAddress != cluster.SelfUniqueAddress && !state.Unreachable.Contains(member));
    }

    protected override void PreStart() => _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberUp),
        typeof(ClusterEvent.MemberRemoved), typeof(ClusterEvent.IReachabilityEvent));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberUp up when IsAnother(up.Member):
                _metrics.PeerChanged(PeerChange.Joined);
                break;
            case ClusterEvent.MemberRemoved removed when IsAnother(removed.Member):
                _metrics.PeerChanged(PeerChange.Left);
                break;
            case ClusterEvent.UnreachableMember away when IsAnother(away.Member):
                _metrics.PeerChanged(PeerChange.Unreachable);
                break;
            case ClusterEvent.ReachableMember back when IsAnother(back.Member):
                _metrics.PeerChanged(PeerChange.Reachable);
                break;
        }
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private bool IsAnother(Member member) => member.UniqueAddress != _cluster.SelfUniqueAddress;
}
