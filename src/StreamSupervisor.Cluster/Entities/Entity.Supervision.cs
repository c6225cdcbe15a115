using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Cluster.Wakeups;

namespace StreamSupervisor.Cluster.Entities;

/// <content>What becomes of an entity that threw: a restart, a longer one, quarantine.</content>
internal sealed partial class Entity<TState, TCommand, TEvent, TReply>
{
    /// <summary>Ends the quarantine: a fresh start from the journal.</summary>
    public bool Release()
    {
        Step step;
        lock (Shard.Gate)
        {
            if (_phase != EntityPhase.Quarantined)
            {
                return false;
            }

            Region.LeaveQuarantine(Id);
            _faults = 0;
            _phase = EntityPhase.Cold;
            step = Activate();
        }

        Continue(step);
        return true;
    }

    /// <summary>
    /// A message or a recovery threw. The entity starts again from its journal after a pause; those who wait under a ticket go on waiting,
    /// for nothing was written and the state will be the same.
    /// </summary>
    private Step Fault(Message<TState, TCommand, TEvent, TReply>? message, Exception fault)
    {
        _faults++;
        Region.Metrics.Faulted();
        if (message is not null)
        {
            Close(message);
            message.Answer(AskResult<TReply>.Not(AskStatus.Failed, $"{Id} failed on {message.Command.GetType().Name}."));
        }

        var what = message is null ? "its recovery" : message.Command.GetType().Name;
        if (_faults < Region.Settings.QuarantineAfter)
        {
            var pause = ShardRegionSettings.Backoff(Region.Settings.RestartBackoff, TimeSpan.FromMinutes(1), _faults, factor: 4);
            Region.Log.Restarting(fault, Id, what, pause);
            return message is null
                ? Pause(AskStatus.Failed, $"{Id} could not be recovered.", pause)
                : Pause(AskStatus.Unknown, null, pause);
        }

        Region.Log.Quarantined(fault, Id, what, _faults);
        Forget();
        var sentAway = default(MessageList<TState, TCommand, TEvent, TReply>);
        var step = Step.None;
        lock (Shard.Gate)
        {
            Arrived();
            TakeWaiters(ref sentAway);
            TakeMailbox(ref sentAway, asksOnly: false);
            _current = null;
            if (_flags.HasFlag(Flags.Drop))
            {
                _flags &= ~Flags.Drop;
                _faults = 0;
                _phase = EntityPhase.Cold;
                step = Advance();
            }
            else
            {
                _phase = EntityPhase.Quarantined;
                Region.EnterQuarantine(new QuarantinedEntity(Id, Shard.Id, Region.Time.GetUtcNow(), $"{what}: {fault.Message}"));
            }
        }

        SendAway(sentAway, AskStatus.Failed, $"{Id} is in quarantine.");
        return step;
    }

    /// <summary>Out of memory, and back from the journal after a pause; with a reason the asks in the mailbox are sent away with it.</summary>
    private Step Pause(AskStatus status, string? why, TimeSpan pause)
    {
        Forget();
        var sentAway = default(MessageList<TState, TCommand, TEvent, TReply>);
        var rest = new Rest(this);
        bool dropped;
        lock (Shard.Gate)
        {
            Arrived();
            if (why is not null)
            {
                TakeMailbox(ref sentAway, asksOnly: true);
            }

            dropped = _flags.HasFlag(Flags.Drop);
            if (!dropped)
            {
                _phase = EntityPhase.Resting;
                _current = rest;
                Region.Timers.Set(rest, pause);
            }
        }

        SendAway(sentAway, status, why ?? "");
        return dropped ? Unload() : Step.None;
    }

    /// <summary>The journal knows better: out of memory, and back soon. Those who wait under a ticket ask again.</summary>
    private Step Restart()
    {
        var sentAway = default(MessageList<TState, TCommand, TEvent, TReply>);
        lock (Shard.Gate)
        {
            TakeWaiters(ref sentAway);
        }

        SendAway(sentAway, AskStatus.Unknown, $"{Id} was recovered from its journal.");
        return Pause(AskStatus.Unknown, null, Region.Settings.RestartBackoff);
    }

    private static void SendAway(MessageList<TState, TCommand, TEvent, TReply> messages, AskStatus status, string why)
    {
        while (!messages.IsEmpty)
        {
            messages.Take().Answer(AskResult<TReply>.Not(status, why));
        }
    }

    private void Rested(Rest rest)
    {
        Step step;
        lock (Shard.Gate)
        {
            if (!ReferenceEquals(_current, rest))
            {
                return;
            }

            step = Activate();
        }

        Continue(step);
    }

    /// <summary>The pause before a restart.</summary>
    private sealed class Rest(Entity<TState, TCommand, TEvent, TReply> entity) : ITimed
    {
        public int TimerSlot { get; set; }

        public void Fire() => entity.Rested(this);
    }
}
