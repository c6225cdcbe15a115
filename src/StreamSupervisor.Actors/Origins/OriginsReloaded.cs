using Akka.Actor;
using Akka.Cluster.Sharding;

namespace StreamSupervisor.Actors.Origins;

/// <summary>The settings of SRS servers are others now. Told to actors of this member only: each member reads its own file.</summary>
/// <param name="Origins">The servers that came, went or are called in another way.</param>
internal sealed record OriginsReloaded(IReadOnlySet<string> Origins);

/// <content>A server of which the settings say something else begins anew.</content>
public sealed partial class OriginActor
{
    /// <summary>
    /// The actor goes, and the next word to its server starts one with the new settings: as wise as this one within a sweep. It is not
    /// taught, because whatever it knows may be of another machine.
    /// </summary>
    private void ReceiveReload() => BeginAnewWhenReloaded(_name, Context, Self, type => Receive<OriginsReloaded>(type));

    /// <param name="name">The configured name of the server.</param>
    /// <param name="context">Of the actor.</param>
    /// <param name="self">The actor.</param>
    /// <param name="receive">How it receives.</param>
    internal static void BeginAnewWhenReloaded(
        string name, IActorContext context, IActorRef self, Action<Action<OriginsReloaded>> receive)
    {
        context.System.EventStream.Subscribe(self, typeof(OriginsReloaded));
        receive(reloaded =>
        {
            if (reloaded.Origins.Contains(name))
            {
                context.Parent.Tell(new Passivate(PoisonPill.Instance), self);
            }
        });
    }
}
