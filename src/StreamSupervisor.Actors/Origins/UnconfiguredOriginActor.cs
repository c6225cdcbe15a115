using Akka.Actor;
using Akka.Event;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// Stands in for the actor of a server that this member's configuration does not have, while members are given a new one one after
/// another.
/// </summary>
internal sealed class UnconfiguredOriginActor : ReceiveActor
{
    public UnconfiguredOriginActor(string name)
    {
        Context.GetLogger().Warning(
            "{0} is configured on another member and not on this one, so nobody looks at it. Give all members the same origins.", name);
        var unknown = new ProcessConfirmation.Unreachable($"{name} is not configured on the member that should ask it");
        OriginActor.BeginAnewWhenReloaded(name, Context, Self, reloaded => Receive(reloaded));
        Receive<ConfirmProcess>(_ => Sender.Tell(unknown));
        ReceiveAny(_ => { });
    }
}
