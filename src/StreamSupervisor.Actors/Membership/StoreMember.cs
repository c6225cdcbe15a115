using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// One member's life in the table of members, at <c>/user/member</c>: it beats, holds the session, finds its cluster, condemns the dead and
/// tells Akka of them.
///
/// It promises: a process that died is condemned within a fraction of a second, one that is frozen or cut off from the database when its
/// lease is over; a member that cannot beat judges nobody; one that was condemned ends. A death is a compare-and-set in the database first.
/// Akka hears of it afterwards, from the row, on every member: so all agree, and one that missed it catches up with its next look.
///
/// It looks when it beats, when the session says that a row has changed, and often for a second after a connection to a member broke: that
/// is how the end of a process shows first. Akka's own failure detector is slow on purpose, because a loaded machine must not look like a
/// dead one.
/// </summary>
#pragma warning disable CA1001 // An actor ends in PostStop.
internal sealed partial class StoreMember : ReceiveActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>Blocking calls: <see cref="AkkaClusterSettings"/> gives it threads of its own.</summary>
    public const string Dispatcher = "streamsupervisor.member-dispatcher";

    private const string TickTimer = "tick";
    private const string EndsAndJoins = "It serves nothing any more and ends; started again, it joins as a new one.";

    private readonly ClusterMembership _membership;
    private readonly MembershipSettings _settings;
    private readonly MemberIdentity _self;
    private readonly MemberTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DeathWatch _deaths;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly CancellationTokenSource _stopped = new();
    private bool _entered;
    private bool _silent;
    private bool _served;
    private long _watchfulUntil;
    private long _beatDue;
    private string _names = "";

    public StoreMember(ClusterMembership membership, MembershipSettings settings, MemberIdentity self, MemberTable table,
        TimeProvider time, ILogger log)
    {
        (_membership, _settings, _self, _table, _time, _log) = (membership, settings, self, table, time, log);
        _deaths = new DeathWatch(settings, time);
        Receive<Tick>(_ => Look());
        Receive<RowsChanged>(_ => LookSoon());
        Receive<DisassociatedEvent>(_ => BeWatchful());
        Receive<AssociationErrorEvent>(_ => BeWatchful());
        Receive<ThisActorSystemQuarantinedEvent>(_ => BeWatchful());
        Receive<ClusterEvent.IMemberEvent>(_ => LookSoon());
        Receive<ClusterEvent.UnreachableMember>(_ => BeWatchful());
        Receive<ClusterEvent.CurrentClusterState>(_ => { });
        Receive<SessionOpened>(OnSessionOpened);
        Receive<SessionFailed>(OnSessionFailed);
        Receive<SessionLost>(OnSessionLost);
        Receive<OpenSession>(_ => StartSession());
        Receive<StoreDoubted>(_ => LookSoon());
        Receive<ForgetAgain>(_ => Forget());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        foreach (var heard in new[] { typeof(DisassociatedEvent), typeof(AssociationErrorEvent), typeof(ThisActorSystemQuarantinedEvent),
            typeof(StoreDoubted) })
        {
            _ = Context.System.EventStream.Subscribe(Self, heard);
        }

        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsSnapshot, typeof(ClusterEvent.IMemberEvent),
            typeof(ClusterEvent.UnreachableMember));
        Self.Tell(Tick.Now);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _cluster.Unsubscribe(Self);
        _stopped.Cancel();
        _stopped.Dispose();
        CloseSession();
    }

    /// <summary>Never started anew by a fault: a member that forgot what it saw would judge on less.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        _log.LogError(reason, "The member's actor failed on {Message} and goes on.", message);
        base.PreRestart(reason, message);
    }

    private void Look()
    {
        var sent = _time.GetTimestamp();
        try
        {
            if (!_entered)
            {
                _table.Enter(_self, _settings.Lease);
                _entered = true;
                StartSession();
            }

            (_doubts, _beganAt) = (_membership.Hold.Doubts, _time.GetTimestamp());
            var rows = _table.BeatAndLook(_self.Incarnation, _settings.Lease);
            _beatDue = sent + Ticks(_settings.Renew);
            _membership.Metrics.Beat(_time.GetElapsedTime(sent));
            Heard();
            Take(rows, sent);
        }
        catch (MemberTableSilentException silent)
        {
            OnSilence(silent);
        }

        Schedule();
    }

    private void Take(IReadOnlyList<MemberRow> rows, long sent)
    {
        var self = rows.FirstOrDefault(row => row.Identity.Incarnation == _self.Incarnation);
        if (LookBack(rows, self))
        {
            LookSoon();
            return;
        }

        _deaths.Saw(rows.Where(row => row.IsAlive));
        _membership.Look = new MembershipLook(rows, _time.GetTimestamp());
        if (self is not { IsAlive: true })
        {
            End(self);
            return;
        }

        if (_served && !_membership.Pulse.MayAnswer)
        {
            _membership.Metrics.Suspended();
            _log.LogWarning("This member beats again after {Age:0.0} s in which it answered nothing. Nobody declared it dead meanwhile.",
                _membership.Pulse.BeatAge.TotalSeconds);
        }

        _served = self.IsInCluster;
        _membership.Pulse.Beat(sent, self.IsInCluster);
        _membership.Told(self.State);
        TellOfChange(rows);
        ExecuteTheDead(rows);
        if (self.State == MemberState.Joining)
        {
            Form(rows, self);
        }

        Judge(rows, self);
    }

    private void End(MemberRow? self)
    {
        Timers.Cancel(TickTimer);
        if (self is { State: MemberState.Left })
        {
            return;
        }

        _membership.End(new MemberEnd(
            self is null
                ? "The database does not know this member any more, as after a restored backup. " + EndsAndJoins
                : $"This member was declared dead by others: {self.Why} {EndsAndJoins}",
            Expelled: true));
        if (self is not null)
        {
            _membership.ShutOut(_cluster);
        }
    }

    private void Schedule()
    {
        if (_membership.Ended.IsCompletedSuccessfully && _membership.Ended.Result.Expelled)
        {
            return;
        }

        var now = _time.GetTimestamp();
        var untilBeat = _silent ? _settings.Renew / 4 : _time.GetElapsedTime(now, Math.Max(now, _beatDue));
        Timers.StartSingleTimer(TickTimer, Tick.Now, _watchfulUntil > now && untilBeat > MembershipSettings.Soon ? MembershipSettings.Soon
            : untilBeat);
    }

    /// <summary>However many hints come, the database is asked once in a while only.</summary>
    private void LookSoon()
    {
        if (_entered && !_silent)
        {
            Timers.StartSingleTimer(TickTimer, Tick.Now, MembershipSettings.Soon / 4);
        }
    }

    private void BeWatchful()
    {
        _watchfulUntil = _time.GetTimestamp() + Ticks(MembershipSettings.Watchful);
        LookSoon();
    }

    private void TellOfChange(IReadOnlyList<MemberRow> rows)
    {
        var names = string.Join(", ", rows.Where(row => row.IsAlive).Select(row =>
            $"{row.Identity.Name} ({row.State.ToString().ToLowerInvariant()})"));
        if (names != _names)
        {
            _names = names;
            _log.LogInformation("Members: {Members}.", names);
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private sealed record Tick : INotInfluenceReceiveTimeout
    {
        public static readonly Tick Now = new();
    }

    private sealed record RowsChanged;

    private sealed record OpenSession;

    private sealed record SessionOpened(MemberSession Session);
}
