using Akka.Actor;
using Akka.Event;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;

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

    public OriginKeeper(OriginDirectory directory, OriginRegion region, AdmissionHold hold)
    {
        var log = Context.GetLogger();
        Receive<PingAll>(_ =>
        {
            foreach (var origin in directory.All)
            {
                region.Tell(Ping.Of(origin.Snapshot, hold.NotSwept.Contains(origin.Name) ? hold.Epoch : 0), Self);
            }
        });
        Receive<KickOutcome>(kick =>
        {
            // Kicks are many, and what they say changes when a person changes a proxy.
            if ((directory.Find(kick.Origin)?.Snapshot.KicksForbidden is null) == (kick.Forbidden is not null))
            {
                region.Tell(new KickAnswered(kick.Origin, kick.Forbidden));
            }
        });
        Receive<StoreRolledBack>(_ => Self.Tell(PingAll.Instance));
        Receive<OriginSnapshot>(snapshot =>
        {
            directory.Note(snapshot);
            var wasHeld = hold.NotSwept.Count > 0;
            if (wasHeld)
            {
                var all = directory.All.Select(origin => origin.Snapshot).ToList();
                all.ForEach(known => hold.Swept(known.Name, known.SweptEpochAmong(all)));
            }

            if (wasHeld && hold.NotSwept.Count == 0)
            {
                log.Warning("All SRS servers were looked at since the database went back in time: admissions go on.");
            }
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsOf(OriginDirectory directory, OriginRegion region, AdmissionHold hold) =>
        Props.Create(() => new OriginKeeper(directory, region, hold));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(StoreRolledBack));
        Context.System.EventStream.Subscribe(Self, typeof(KickOutcome));
        Timers.StartPeriodicTimer("ping", PingAll.Instance, TimeSpan.Zero, PingEvery);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private sealed record PingAll
    {
        public static readonly PingAll Instance = new();
    }
}
