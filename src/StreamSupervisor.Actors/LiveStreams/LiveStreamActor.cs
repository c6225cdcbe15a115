using System.Diagnostics;
using Akka.Actor;
using Akka.Persistence;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// The entity of one stream key: decides commands one after another, persists what was decided, and only then answers and acts. The rules
/// are in
/// <see cref="LiveStream"/>; this class adds the journal, those who wait, the deadline and the children that kick and check.
/// </summary>
/// <remarks>
/// <para>
/// What it promises. Nothing is answered or done that is not in the journal. A command is decided on the newest state, also while earlier
/// records are being written: what waits goes into the next batch instead of into the next round trip (190 decisions/s of one key become
/// thousands), refusals into one record together. What is ordered and not proven done runs as a child, after a recovery too.
/// </para>
/// <para>
/// How it can fail. A write fails: the actor stops, and the state that was only hoped for dies with it; the next message starts it again.
/// Two owners at once, after a pause or a split: the journal holds one record for each (persistence id, sequence number), so the second
/// to write fails, stops and recovers what the first wrote. A journal that cannot be read: see <see cref="QuarantinedStreams"/>.
/// </para>
/// <para>
/// Rejected: <c>Persist</c> (stashes all that comes meanwhile), <c>DeferAsync</c> for answers without a record (a batch of nothing but
/// those makes Akka.Persistence.Sql throw and opens its circuit breaker), one record per event (a command's events must become true
/// together), <c>ReceiveActor</c> and <c>Timers</c> (their collections per key are a third of its memory).
/// </para>
/// </remarks>
internal sealed partial class LiveStreamActor : UntypedPersistentActor
{
    private readonly string _key;
    private readonly LiveStreamServices _services;

    /// <summary>What the next command is decided on, and what the journal holds.</summary>
    private LiveStreamState _state;
    private LiveStreamState _durable;
    private CommandsInWork _inWork;
    private bool _retires;
    private LiveStreamPhase _phase;

    /// <summary>The epoch of the store in which this actor began. In a later one its state may hold what the journal does not.</summary>
    private readonly long _epoch;
    private long _written;

    /// <param name="key">The stream key as text.</param>
    public LiveStreamActor(string key, LiveStreamServices services)
    {
        _key = key;
        _services = services;
        _state = _durable = new LiveStreamState { Key = StreamKey.Parse(key) };
        _quarantine = services.Quarantine.Find(key);
        _epoch = services.Hold.Epoch;
        PersistenceId = PersistenceIdOf(key);
        JournalPluginId = services.JournalPluginId;
        SnapshotPluginId = services.SnapshotPluginId;
    }

    public override string PersistenceId { get; }

    private DateTimeOffset Now => _services.Time.GetUtcNow();

    public static string PersistenceIdOf(string key) => $"live-stream/{key}";

    /// <summary>How the shard region starts one.</summary>
    public static Props Props(string key, LiveStreamServices services) => Akka.Actor.Props.Create<LiveStreamActor>(key, services);

    protected override void OnCommand(object message)
    {
        var traced = message as TracedReport;
        switch (traced?.Report ?? message)
        {
            case StreamEnvelope or LiveStreamCommand or TimerDue or Terminated when _epoch != _services.Hold.Epoch:
                BeginAgain();
                break;
            case StreamEnvelope or LiveStreamCommand or Retire when _quarantine is not null:
                HandleInQuarantine(traced?.Report ?? message);
                break;
            case StreamEnvelope envelope:
                Ask(envelope);
                break;
            case LiveStreamCommand report:
                Handle(report, Sender, askId: 0, traced?.Cause ?? default);
                break;
            case TimerDue:
                OnTimer();
                break;
            case Terminated:
                FitWork(cause: default);
                ArmTimer();
                break;
            case Retire:
                _retires = true;
                StopIfRetired();
                break;
            case SaveSnapshotSuccess saved:
                SnapshotSaved(saved.Metadata);
                break;
            case SaveSnapshotFailure failed:
                SnapshotFailed(failed);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Ask(StreamEnvelope envelope)
    {
        if (_inWork.Contains(Sender, envelope.AskId))
        {
            return;
        }

        if (envelope.Command is ReleaseQuarantine)
        {
            var nothing = new Done(Changed: false, $"The journal of {_key} can be read; there is nothing to end.");
            Sender.Tell(new StreamAnswer(envelope.AskId, nothing), Self);
            return;
        }

        if (_inWork.Count >= _services.Settings.MailboxSize)
        {
            _services.Gauges.Rejected();
            Refuse(envelope, AskStatus.Overloaded, $"{_key} has {_inWork.Count} commands under way.");
            return;
        }

        Handle(envelope.Command, Sender, envelope.AskId, StreamTrace.CauseOf(envelope.TraceParent));
    }

    private void Handle(LiveStreamCommand command, IActorRef asker, long askId, ActivityContext cause)
    {
        var now = Now;
        _usedAt = now;
        var span = StreamTrace.Begin("stream.command", cause, _key, now);
        Decision decision;
        var after = _state;
        try
        {
            decision = LiveStream.Decide(_state, WithStanding(command), _services.Policies.Value.PolicyFor(_state.Key), now);
            var decided = Mark(span, "stream.decide", now);
            foreach (var happened in decision.Events)
            {
                after = LiveStream.Evolve(after, happened);
            }

            _ = Mark(span, "stream.evolve", decided);
        }
        catch (Exception fault)
        {
            StreamTrace.End(span, now);
            // The rules are pure, so the state is as good as before: only this command is answered with a failure, and the key serves on.
            Faulted(command, fault, asker, askId);
            return;
        }

        if (decision.Reply is AdmissionsHeld)
        {
            StreamTrace.End(span, now);
            if (command is RequestPublish { By.Session: var waiting })
            {
                _ = (_heldBack ??= []).Add(waiting);
            }

            return; // Its hub asks again until its deadline.
        }

        if (command is ReportPublisherSeen { By.Origin: var origin } && LiveStream.IsOutdated(_durable, command))
        {
            TellOutdated(origin);
        }

        var writes = decision.Events.Count > 0;
        var inWork = new CommandInWork(asker, askId, (command as RequestPublish)?.By.Session)
        {
            Reply = decision.Reply,
            Events = [.. decision.Events],
            After = writes ? after : null,
            Span = span,
            DecidedAt = now,
        };
        if (decision.OffTheRecord)
        {
            RefusedStranger(decision.Reply);
        }

        _services.Gauges.CommandsInWork(1);
        if (writes)
        {
            _state = after;
            _inWork.Add(inWork);
            _services.Gauges.Writing(1);
            Write(inWork.Events);
        }
        else if (_inWork.NothingToWrite)
        {
            Complete(inWork);
        }
        else
        {
            // It must not overtake the writes that it rests on.
            _inWork.Add(inWork);
        }
    }
}
