using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.SBR;
using Akka.Remote;

namespace StreamSupervisor.Actors.Membership;

/// <summary>The database has condemned a member. Published on the event stream; carried out by <see cref="StoreDowning"/>.</summary>
/// <param name="Member">This incarnation and no other.</param>
internal sealed record MemberCondemned(UniqueAddress Member);

/// <summary>Downing by two judges: the table of members, which knows the dead within a fraction of a second, and the split brain resolver for partitions.</summary>
public sealed class StoreDowning(ActorSystem system, Cluster cluster) : IDowningProvider
{
    /// <summary>On threads of their own, as Akka's cluster: a thread pool that is exhausted must not keep the dead in the cluster.</summary>
    internal const string Dispatcher = "streamsupervisor.cluster-dispatcher";

    /// <summary>Zero: the stock provider would wait stable-after once more before singletons and shards move.</summary>
    public TimeSpan DownRemovalMargin => TimeSpan.Zero;

    public Props DowningActorProps => Props.Create(() => new Judges(system, cluster)).WithDispatcher(Dispatcher);

    private sealed class Judges : UntypedActor
    {
        public Judges(ActorSystem system, Cluster cluster)
        {
            Context.ActorOf(Props.Create(() => new Executioner(cluster)).WithDispatcher(Dispatcher), "store");
            Context.ActorOf(new SplitBrainResolverProvider(system, cluster).DowningActorProps.WithDispatcher(Dispatcher), "sbr");
        }

        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Executioner : ReceiveActor
    {
        public Executioner(Cluster cluster) => Receive<MemberCondemned>(condemned =>
        {
            // Down alone is not enough: the leader removes only members that are unreachable or terminated, and the failure detector takes seconds.
            var remoting = (IRemoteActorRefProvider)((ExtendedActorSystem)Context.System).Provider;
            remoting.Quarantine(condemned.Member.Address, condemned.Member.Uid);
            cluster.Down(condemned.Member.Address);
        });

        protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(MemberCondemned));

        protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
    }
}
