using Akka.Actor;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// <c>/user/origins</c> on each member: starts the actors of the configured servers, keeps them running wherever in the cluster they
/// are, and writes what they tell into this member's <see cref="OriginDirectory"/>. They tell everyone whose ping they hear, so no
/// list of members is needed.
/// </summary>
public sealed class OriginKeeper : ReceiveActor, IWithTimers
{
    /// <summary>The name of the actor under <c>/user</c>.</summary>
    public const string ActorName = "origins";

    /// <summary>How soon the actor of a server runs again after the member where it ran is gone.</summary>
    internal static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    public OriginKeeper(OriginDirectory directory, OriginRegion region)
    {
        Receive<PingAll>(_ =>
        {
            foreach (var origin in directory.All)
            {
                region.Tell(new Ping(origin.Name), Self);
            }
        });
        Receive<OriginSnapshot>(directory.Note);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(OriginDirectory directory, OriginRegion region) => Props.Create(() => new OriginKeeper(directory, region));

    protected override void PreStart() => Timers.StartPeriodicTimer("ping", PingAll.Instance, TimeSpan.Zero, PingEvery);

    private sealed record PingAll
    {
        public static readonly PingAll Instance = new();
    }
}
