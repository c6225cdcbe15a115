using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <content>One message from its decision to its answer.</content>
internal sealed partial class Entity<TState, TCommand, TEvent, TReply>
{
    /// <summary>Decides one message, by the holder of the turn.</summary>
    private Step Turn(Message<TState, TCommand, TEvent, TReply> message)
    {
        if (message.IsOver && message.Kind == MessageKind.Ask)
        {
            // Its caller has gone while it waited: what nobody hears need not be decided, and asking again is safe.
            Close(message);
            return EndTurn();
        }

        var now = Region.Time.GetUtcNow();
        Change<TState, TCommand, TEvent, TReply>? change = null;
        EntityDecision<TEvent, TReply> decision;
        try
        {
            message.Ticket = message.Kind == MessageKind.Ask ? Region.Behavior.TicketOf(message.Command) : null;
            if (message.Ticket is not null && _waiting >= Region.Settings.MaxWaiting)
            {
                Region.Metrics.Rejected();
                return Reject(message, AskStatus.Overloaded, $"{_waiting} asks are waiting for an answer of {Id} already.", now);
            }

            decision = Region.Behavior.Decide(Id, _state!, message.Command, now);
            if (decision.Events.Count > 0)
            {
                change = Change<TState, TCommand, TEvent, TReply>.Of(message, decision, _state!, _sequence, _sinceSnapshot, Region);
            }
            else if (!decision.HasReply && message.Kind == MessageKind.Ask && message.Ticket is null)
            {
                throw new InvalidOperationException($"{message.Command.GetType().Name} was given no answer and has no ticket to wait under.");
            }
        }
#pragma warning disable CA1031 // Supervision: whatever a behavior throws hurts this entity and nobody else.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return Fault(message, fault);
        }

        _faults = 0;
        message.Reply = decision.Reply;
        if (message.Trace is { } trace)
        {
            trace.DecideBegan = now;
            trace.DecideEnded = trace.AppendBegan = Region.Time.GetUtcNow();
        }

        return change is not null ? Append(change, now) : Unwritten(message, decision, now);
    }

    /// <summary>A decision that writes nothing.</summary>
    private Step Unwritten(Message<TState, TCommand, TEvent, TReply> message, EntityDecision<TEvent, TReply> decision, DateTimeOffset now)
    {
        if (message.Kind != MessageKind.Ask)
        {
            return WakeEnd(message, now);
        }

        if (!decision.HasReply)
        {
            Wait(message);
        }
        else if (Region.Settings.VerifyAnswers)
        {
            // The next message need not wait for it: what is in memory is durable, and this answer was right when it was decided.
            message.Place = MessagePlace.Verifying;
            Region.Verifier.Enqueue(message);
        }
        else
        {
            Close(message);
            message.Answer(AskResult<TReply>.Answered(decision.Reply!));
        }

        return EndTurn();
    }

    /// <summary>The shard's epoch was confirmed, or not, for an answer that writes nothing.</summary>
    public void Verified(Message<TState, TCommand, TEvent, TReply> message, bool current)
    {
        Close(message);
        message.Answer(current
            ? AskResult<TReply>.Answered(message.Reply!)
            : AskResult<TReply>.Not(AskStatus.Unavailable, $"The ownership of shard {Shard.Id} could not be confirmed."));
    }

    private Step Append(Change<TState, TCommand, TEvent, TReply> change, DateTimeOffset now)
    {
        lock (Shard.Gate)
        {
            if (!_flags.HasFlag(Flags.Drop))
            {
                _phase = EntityPhase.Appending;
            }
        }

        if (_phase != EntityPhase.Appending)
        {
            return Reject(change.Message, AskStatus.Unavailable, $"Shard {Shard.Id} was dropped.", now);
        }

        if (Region.Appender.TryEnqueue(change))
        {
            return Step.None;
        }

        Region.Metrics.Rejected();
        if (TakeTurnBack(change.Message))
        {
            return Reject(change.Message, AskStatus.Overloaded, "Too many writes are waiting for the journal.", now);
        }

        Close(change.Message);
        change.Message.Answer(AskResult<TReply>.Not(AskStatus.Unavailable, $"Shard {Shard.Id} was dropped."));
        return Step.None;
    }

    /// <summary>The outcome of the write that the entity waited for.</summary>
    public void Appended(Change<TState, TCommand, TEvent, TReply> change, AppendOutcome outcome)
    {
        var message = change.Message;
        if (message.Trace is { } trace)
        {
            trace.AppendEnded = Region.Time.GetUtcNow();
        }

        if (!TakeTurnBack(message))
        {
            // The entity was dropped meanwhile. A durable answer is true all the same; the recovery has seen its events.
            Close(message);
            message.Answer(outcome == AppendOutcome.Appended && change.HasReply
                ? AskResult<TReply>.Answered(message.Reply!)
                : AskResult<TReply>.Not(AskStatus.Unknown, $"Shard {Shard.Id} was dropped while the write was under way."));
            return;
        }

        switch (outcome)
        {
            case AppendOutcome.Appended:
                Continue(Durable(change));
                break;

            case AppendOutcome.Fenced:
                Shard.Lose(message.Owner, "a write was fenced");
                Continue(Reject(message, AskStatus.Unavailable, $"Shard {Shard.Id} belongs to another owner.", default));
                break;

            case AppendOutcome.Conflict:
                Region.Log.Conflict(Id, change.Request.PreviousSequence);
                Close(message);
                message.Answer(AskResult<TReply>.Not(AskStatus.Unavailable, $"The journal of {Id} has gone on without its owner."));
                Continue(Restart());
                break;

            default:
                Shard.Reacquire(message.Owner);
                Continue(Reject(message, AskStatus.Unknown, "The store did not say what became of the write.", default));
                break;
        }
    }

    private Step Durable(Change<TState, TCommand, TEvent, TReply> change)
    {
        var (message, request) = (change.Message, change.Request);
        _state = change.State;
        _sequence = request.LastSequence;
        _sinceSnapshot = request.Snapshot is null ? (ushort)(_sinceSnapshot + request.Events.Count) : (ushort)0;
        Observe(_state);

        if (!change.HasReply && message.Kind == MessageKind.Ask)
        {
            Wait(message);
        }
        else
        {
            Close(message);
            message.Answer(AskResult<TReply>.Answered(message.Reply!));
        }

        foreach (var (ticket, reply) in change.Answers ?? [])
        {
            Answer(ticket, reply);
        }

        foreach (var name in request.EffectsEnded)
        {
            Region.Effects.End(request.Owner, Id, name);
        }

        foreach (var effect in request.EffectsStarted)
        {
            Region.Effects.Start(request.Owner, Id, effect);
        }

        lock (Shard.Gate)
        {
            Shard.Wrote();
            if (message.Kind == MessageKind.Wake)
            {
                _flags &= ~Flags.WakeQueued;
            }

            if ((_flags & (Flags.WakeQueued | Flags.Drop)) == Flags.None)
            {
                Shard.Arm(Id, request.WakeAt, TimeSpan.Zero);
            }
        }

        return EndTurn();
    }

    /// <summary>A message that nobody waits for and that changed nothing.</summary>
    private Step WakeEnd(Message<TState, TCommand, TEvent, TReply> message, DateTimeOffset now)
    {
        Close(message);
        if (message.Kind == MessageKind.Wake)
        {
            Rearm(now);
        }

        return EndTurn();
    }

    /// <summary>Arms the deadline of the state again after a wakeup that changed nothing.</summary>
    private void Rearm(DateTimeOffset now)
    {
        DateTimeOffset? at;
        try
        {
            at = Region.Behavior.WakeAt(_state!);
        }
#pragma warning disable CA1031 // It threw here and it will throw where it counts as a fault; the old deadline is good enough until then.
        catch (Exception)
#pragma warning restore CA1031
        {
            at = now;
        }

        lock (Shard.Gate)
        {
            _flags &= ~Flags.WakeQueued;
            if (!_flags.HasFlag(Flags.Drop))
            {
                Shard.Arm(Id, at, at <= now ? Region.Settings.WakeAgainAfter : TimeSpan.Zero);
            }
        }
    }

    private Step Reject(Message<TState, TCommand, TEvent, TReply> message, AskStatus status, string why, DateTimeOffset now)
    {
        message.Answer(AskResult<TReply>.Not(status, why));
        return message.Kind == MessageKind.Wake ? WakeEnd(message, now == default ? Region.Time.GetUtcNow() : now) : CloseAndEnd(message);
    }

    private Step CloseAndEnd(Message<TState, TCommand, TEvent, TReply> message)
    {
        Close(message);
        return EndTurn();
    }

    /// <summary>Takes the turn after a write, unless the entity was dropped while it was under way.</summary>
    private bool TakeTurnBack(Message<TState, TCommand, TEvent, TReply> message)
    {
        lock (Shard.Gate)
        {
            if (!ReferenceEquals(_current, message))
            {
                return false;
            }

            _phase = EntityPhase.Running;
            return true;
        }
    }

    private void Close(Message<TState, TCommand, TEvent, TReply> message)
    {
        lock (Shard.Gate)
        {
            Shard.Leave(message, MessagePlace.Done);
        }
    }
}
