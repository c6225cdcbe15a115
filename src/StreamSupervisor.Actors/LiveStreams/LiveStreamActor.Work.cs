using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <content>What the state asks for: children for open work, one timer for the next deadline or for leaving memory.</content>
internal sealed partial class LiveStreamActor
{
    /// <summary>A deadline that does not go away with its wake is looked at again after this time, not at once.</summary>
    private static readonly TimeSpan WakeAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The timer counts by the monotonic clock, deadlines by the wall clock: one that was set back would hold a deadline for as long as it
    /// was set back.
    /// </summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    private ITimer? _timer;
    private DateTimeOffset? _timerAt;
    private DateTimeOffset _usedAt;
    private int _workers;

    /// <summary>Who asked while nobody is admitted, and waits in a hook of its server; null: nobody.</summary>
    private HashSet<SessionId>? _heldBack;

    /// <summary>The command as it is decided on: what asks for the key, with what this member knows of the servers.</summary>
    private LiveStreamCommand WithStanding(LiveStreamCommand command)
    {
        var store = _services.Hold.Standing(_services.Time.GetElapsedTime(0), _services.IsOutOfReach);
        _heldBack = store.HoldsAdmissions ? _heldBack : null;
        var known = WithOrigins(command);
        return store.IsUsual ? known : known with { Store = store };
    }

    private LiveStreamCommand WithOrigins(LiveStreamCommand command) => command switch
    {
        RequestPublish { By: var by } ask => ask with
        {
            SessionOutOfReach = IsSessionOutOfReach,
            ProcessSuperseded = _services.StandingOf(by.Origin, by.Session) == ProcessStanding.Superseded,
        },
        ReportPublisherSeen seen => seen with
        {
            SessionOutOfReach = IsSessionOutOfReach,
            WaitsInHook = _heldBack?.Contains(seen.By.Session) == true,
        },
        Register register => register with { SessionOutOfReach = IsSessionOutOfReach },
        _ => command,
    };

    private bool IsSessionOutOfReach => _state.Session is { By.Origin: var origin } && _services.IsOutOfReach(origin);

    private void Changed(LiveStreamState before, ActivityContext cause)
    {
        if (before.Revision != _durable.Revision)
        {
            TellWorkers();
        }

        FitWork(cause);
        ArmTimer();
        Publish(_durable);
        SnapshotIfDue(_services.Settings.SnapshotEvery);
    }

    private void Publish(LiveStreamState? state)
    {
        var phase = state?.Phase ?? LiveStreamPhase.Idle;
        _services.Gauges.Phase(_phase, phase);
        _phase = phase;

        // Nobody lists the key of the warm-up.
        if (LastSequenceNr > 0 && _services.Counts)
        {
            Context.System.EventStream.Publish(new LiveStreamChanged(_key, LastSequenceNr, state));
        }
    }

    /// <summary>An origin found a publisher of the key and did not know what the key is now: it is told, and looks again.</summary>
    private void TellOutdated(string origin)
    {
        if (_services.Counts)
        {
            Context.System.EventStream.Publish(new LiveStreamChanged(_key, LastSequenceNr, _durable) { Concerns = origin });
        }
    }

    /// <summary>
    /// Makes the children fit the state: after a recovery the same as after a decision. Work that something else has ended is stopped in
    /// the midst; all of it may be done twice. A child that is still stopping keeps its name, so its end (<c>Terminated</c>) leads here
    /// again.
    /// </summary>
    private void FitWork(ActivityContext cause)
    {
        var began = cause == default ? default : Now;
        var work = _retires ? [] : LiveStream.OpenWork(_durable);
        if (work.Count == 0 && _workers == 0)
        {
            return;
        }

        var open = work.ToDictionary(piece => Uri.EscapeDataString(piece.Name), StringComparer.Ordinal);
        foreach (var child in Context.GetChildren())
        {
            if (!open.ContainsKey(child.Path.Name))
            {
                Context.Stop(child);
            }
        }

        foreach (var (name, piece) in open)
        {
            if (Context.Child(name).IsNobody())
            {
                StreamTrace.Span("stream.work", cause, _key, began, cause == default ? began : Now);
                Context.Watch(Context.ActorOf(WorkerOf(piece, cause), name));
            }
        }

        var workers = Context.GetChildren().Count();
        _services.Gauges.Workers(workers - _workers);
        _workers = workers;
    }

    /// <summary>Who looks must know what it looks for: what it finds is compared with that.</summary>
    private void TellWorkers()
    {
        if (_workers > 0)
        {
            var changed = new SessionCheckActor.RevisionChanged(_durable.Revision);
            foreach (var child in Context.GetChildren())
            {
                child.Tell(changed);
            }
        }
    }

    private Props WorkerOf(LiveStreamWork piece, ActivityContext cause) => piece is EvictSession evict
        ? Akka.Actor.Props.Create<EvictionActor>(_key, evict, _services, cause)
        : Akka.Actor.Props.Create<SessionCheckActor>(_key, piece, _durable.Revision, _services);

    /// <summary>
    /// Sets the one timer to the next deadline of the state; where there is none, to the time of leaving memory, if it is to leave.
    /// </summary>
    private void ArmTimer(TimeSpan atLeast = default)
    {
        var due = LiveStream.WakeAt(_durable) ?? LeavesAt;
        if (due is null)
        {
            DropTimer();
            return;
        }

        if (due == _timerAt)
        {
            return;
        }

        _services.Gauges.Timers(_timerAt is null ? 1 : 0);
        _timerAt = due;
        var delay = due.Value - Now;
        delay = delay < LongestDelay ? delay : LongestDelay;
        delay = delay > atLeast ? delay : atLeast;
        if (_timer is null)
        {
            _timer = _services.Time.CreateTimer(static self => ((IActorRef)self!).Tell(TimerDue.Instance, ActorRefs.NoSender),
                Self, delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// A wait that another member began by a clock that is ahead of this one begins in the future; the rules end it, and no timer would for
    /// up to a minute.
    /// </summary>
    private void WakeOnce()
    {
        if (LiveStream.WakeAt(_durable) is not null)
        {
            Self.Tell(TimerDue.Instance);
        }
    }

    private void OnTimer()
    {
        _services.Gauges.Timers(_timerAt is null ? 0 : -1);
        _timerAt = null;
        var now = Now;
        _usedAt = _usedAt < now ? _usedAt : now;
        if (LiveStream.WakeAt(_durable) is not null)
        {
            // Also where none has come by this clock: the rules know a wait that began before the clock was set back.
            Handle(Wake.Instance, ActorRefs.Nobody, askId: 0, cause: default);
        }
        else if (LeavesAt <= now)
        {
            // The shard keeps what comes for the key meanwhile, and starts it again for it. A key that rests leaves little behind.
            SnapshotIfDue(Math.Max(1, _services.Settings.SnapshotEvery / 16));
            Context.Parent.Tell(new Passivate(Retire.Instance));
        }

        ArmTimer(WakeAgainAfter);
    }

    /// <summary>
    /// When a key that nobody speaks of leaves memory; null: it stays. One that is on air stays as long as there is room, for the next
    /// takeover is quicker by the reading of its journal. It needs no actor to stay on air: who looks at the servers has the belief.
    /// </summary>
    private DateTimeOffset? LeavesAt
    {
        get
        {
            var settings = _services.Settings;
            var isIdle = LiveStream.IsIdle(_durable);
            var isCrowded = _services.Gauges.InMemory > settings.KeysInMemory;
            return _inWork.Count > 0 || _workers > 0 || !(isIdle || isCrowded) ? null
                : _usedAt + (!isCrowded || (isIdle && settings.PassivateAfter < settings.RestAfter)
                    ? settings.PassivateAfter
                    : settings.RestAfter);
        }
    }

    private void DropTimer()
    {
        if (_timer is null)
        {
            return;
        }

        _services.Gauges.Timers(_timerAt is null ? 0 : -1);
        _timer.Dispose();
        _timer = null;
        _timerAt = null;
    }

    /// <summary>The timer's time has come. Not a <see cref="Wake"/>: it may also mean that the key leaves memory.</summary>
    private sealed class TimerDue
    {
        public static readonly TimerDue Instance = new();
    }
}
