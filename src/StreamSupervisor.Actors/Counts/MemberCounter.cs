using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Actors.Counts;

/// <summary><c>/user/counts</c> on each member: says what it counts to any member that asks.</summary>
internal sealed class MemberCounter : ReceiveActor
{
    /// <summary>The name of the actor under <c>/user</c>.</summary>
    public const string ActorName = "counts";

    public MemberCounter(LastMinute lastMinute, QuarantinedStreams quarantine) => Receive<GetMemberCounts>(_ =>
        Sender.Tell(new MemberCounts(
            lastMinute.Of(Counted.Admission), lastMinute.Of(Counted.Refusal), lastMinute.Of(Counted.Takeover),
            lastMinute.Of(Counted.Flap), quarantine.Count)));

    public static Props PropsOf(LastMinute lastMinute, QuarantinedStreams quarantine) =>
        Props.Create(() => new MemberCounter(lastMinute, quarantine));
}
