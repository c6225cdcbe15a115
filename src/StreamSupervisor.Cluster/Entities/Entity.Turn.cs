using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <content>One turn, from the decision to the answers.</content>
internal sealed partial class Entity<TState, TCommand, TEvent, TReply>
{
    /// <summary>Decides a message; where it writes, those that wait behind it go along. By the holder of the turn.</summary>
    private Step Turn(Message<TState, TCommand, TEvent, TReply> message)
    {
        if (HasGone(message))
        {
            Close(message);
            return EndTurn();
        }

        var now = Region.Time.GetUtcNow();
        Change<TState, TCommand, TEvent, TReply>? change = null;
        EntityDecision<TEvent, TReply> decision;
        try
        {
            message.Ticket = TicketOf(message);
            if (message.Ticket is not null && _waiting >= Region.Settings.MaxWaiting)
            {
                Region.Metrics.Rejected();
                return Reject(message, AskStatus.Overloaded, $"{_waiting} asks are waiting for an answer of {Id} already.");
            }

            decision = Region.Behavior.Decide(Id, _state!, message.Command, now);
            NoteDecided(message, now);
            if (decision.Events.Count > 0)
            {
                change = ChangeOf(message, decision);
            }
            else if (IsNoDecision(message, decision))
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
        return change is not null ? Append(change) : Unwritten(message, decision, now);
    }

    /// <summary>The change that a message makes, with as many of those behind it as can go along. Throws what the behavior throws on this message.</summary>
    private Change<TState, TCommand, TEvent, TReply> ChangeOf(Message<TState, TCommand, TEvent, TReply> message, EntityDecision<TEvent, TReply> decision)
    {
        var change = new Change<TState, TCommand, TEvent, TReply>(this, _state!);
        change.TryAdd(message, decision);
        Gather(change);
        try
        {
            change.Seal(message.Owner, _sequence, _sinceSnapshot);
            return change;
        }
#pragma warning disable CA1031 // Whose fault it is shows when each goes alone.
        catch (Exception) when (change.Count > 1)
#pragma warning restore CA1031
        {
            var others = change.TakeAll();
            others.Take();
            PutBack(others);
            change = new Change<TState, TCommand, TEvent, TReply>(this, _state!);
            change.TryAdd(message, decision);
            change.Seal(message.Owner, _sequence, _sinceSnapshot);
            return change;
        }
    }

    /// <summary>
    /// Decides what waits in the mailbox on the state that the change will make. Else a hot entity would be bound to one round trip for
    /// each message, however many the store could take in one.
    /// </summary>
    private void Gather(Change<TState, TCommand, TEvent, TReply> change)
    {
        while (change.HasRoom(Region.Settings))
        {
            Message<TState, TCommand, TEvent, TReply> next;
            lock (Shard.Gate)
            {
                if (_mailbox.IsEmpty || !Shard.Runs || _flags.HasFlag(Flags.Drop))
                {
                    return;
                }

                next = TakeNext();
            }

            if (!TryJoin(change, next))
            {
                var back = default(MessageList<TState, TCommand, TEvent, TReply>);
                back.Add(next);
                PutBack(back);
                return;
            }
        }
    }

    /// <returns>False when the message must have a turn of its own.</returns>
    private bool TryJoin(Change<TState, TCommand, TEvent, TReply> change, Message<TState, TCommand, TEvent, TReply> message)
    {
        if (HasGone(message))
        {
            Close(message);
            return true;
        }

        try
        {
            var now = Region.Time.GetUtcNow();
            message.Ticket = TicketOf(message);
            if (message.Ticket is not null && _waiting + change.Waits >= Region.Settings.MaxWaiting)
            {
                return false;
            }

            var decision = Region.Behavior.Decide(Id, change.State, message.Command, now);
            NoteDecided(message, now);
            return !IsNoDecision(message, decision) && change.TryAdd(message, decision);
        }
#pragma warning disable CA1031 // A fault counts when the message goes first, and hurts nobody else then.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <summary>Back to the head of the mailbox, in their order: they were never decided.</summary>
    private void PutBack(MessageList<TState, TCommand, TEvent, TReply> messages)
    {
        var sentAway = default(MessageList<TState, TCommand, TEvent, TReply>);
        lock (Shard.Gate)
        {
            var back = default(MessageList<TState, TCommand, TEvent, TReply>);
            while (!messages.IsEmpty)
            {
                var message = messages.Take();
                if (_flags.HasFlag(Flags.Drop))
                {
                    // Whoever dropped the shard has emptied the mailbox, or kept it for what he knew of.
                    Leave(message);
                    sentAway.Add(message);
                }
                else
                {
                    message.Place = MessagePlace.Queued;
                    _queued++;
                    back.Add(message);
                }
            }

            _mailbox.Prepend(back);
        }

        SendAway(sentAway, AskStatus.Unavailable, $"Shard {Shard.Id} was dropped.");
    }

    /// <summary>A decision that writes nothing.</summary>
    private Step Unwritten(Message<TState, TCommand, TEvent, TReply> message, EntityDecision<TEvent, TReply> decision, DateTimeOffset now)
    {
        if (message.Kind != MessageKind.Ask)
        {
            Close(message);
            if (message.Kind == MessageKind.Wake)
            {
                Rearm(now);
            }
        }
        else if (!decision.HasReply)
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

    private Step Append(Change<TState, TCommand, TEvent, TReply> change)
    {
        lock (Shard.Gate)
        {
            if (!_flags.HasFlag(Flags.Drop))
            {
                _phase = EntityPhase.Appending;
                _current = change;
            }
        }

        if (!ReferenceEquals(_current, change))
        {
            return Reject(change, AskStatus.Unavailable, $"Shard {Shard.Id} was dropped.");
        }

        if (Region.Appender.TryEnqueue(change))
        {
            return Step.None;
        }

        Region.Metrics.Rejected();
        if (TakeTurnBack(change))
        {
            return Reject(change, AskStatus.Overloaded, "Too many writes are waiting for the journal.");
        }

        AnswerAll(change, AskStatus.Unavailable, $"Shard {Shard.Id} was dropped.");
        return Step.None;
    }

    /// <summary>The outcome of the write that the entity waited for.</summary>
    public void Appended(Change<TState, TCommand, TEvent, TReply> change, AppendOutcome outcome)
    {
        change.ReturnedAt = Region.Time.GetUtcNow();
        if (!TakeTurnBack(change))
        {
            // The entity was dropped meanwhile. A durable answer is true all the same; the recovery has seen its events.
            while (change.TryTake(out var message))
            {
                Close(message);
                if (outcome == AppendOutcome.Appended)
                {
                    Witness(message);
                }

                message.Answer(outcome == AppendOutcome.Appended && message.HasReply
                    ? AskResult<TReply>.Answered(message.Reply!)
                    : AskResult<TReply>.Not(AskStatus.Unknown, $"Shard {Shard.Id} was dropped while the write was under way."));
            }

            return;
        }

        var owner = change.Request.Owner;
        switch (outcome)
        {
            case AppendOutcome.Appended:
                Continue(Durable(change));
                break;

            case AppendOutcome.Fenced:
                Shard.Lose(owner, "a write was fenced");
                Continue(Reject(change, AskStatus.Unavailable, $"Shard {Shard.Id} belongs to another owner."));
                break;

            case AppendOutcome.Conflict:
                Region.Log.Conflict(Id, change.Request.PreviousSequence);
                AnswerAll(change, AskStatus.Unavailable, $"The journal of {Id} has gone on without its owner.");
                Continue(Restart());
                break;

            default:
                Shard.Reacquire(owner);
                Continue(Reject(change, AskStatus.Unknown, "The store did not say what became of the write."));
                break;
        }
    }

    private Step Durable(Change<TState, TCommand, TEvent, TReply> change)
    {
        var request = change.Request;
        _state = change.State;
        _sequence = request.LastSequence;
        _sinceSnapshot = request.Snapshot is null ? (ushort)(_sinceSnapshot + request.Events.Count) : (ushort)0;
        Observe(_state);

        while (change.TryTake(out var message))
        {
            Witness(message);
            if (!message.HasReply && message.Kind == MessageKind.Ask)
            {
                Wait(message);
            }
            else
            {
                Close(message);
                message.Answer(AskResult<TReply>.Answered(message.Reply!));
            }

            foreach (var (ticket, reply) in message.Answers ?? [])
            {
                Answer(ticket, reply);
            }
        }

        foreach (var name in request.EffectsEnded)
        {
            Region.Effects.End(request.Owner, Id, name);
        }

        foreach (var effect in request.EffectsStarted)
        {
            Region.Effects.Start(request.Owner, Id, effect, change.CauseOf(effect.Name));
        }

        lock (Shard.Gate)
        {
            Shard.Wrote();
            if ((_flags & (Flags.WakeQueued | Flags.Drop)) == Flags.None)
            {
                Shard.Arm(Id, request.WakeAt, change.WokenInVain ? Region.Settings.WakeAgainAfter : TimeSpan.Zero);
            }
        }

        return EndTurn();
    }

    private void Witness(Message<TState, TCommand, TEvent, TReply> message)
    {
        if (Region.Witness is null || message.Events.Count == 0)
        {
            return;
        }

        try
        {
            Region.Witness.Appended(message.Events);
        }
#pragma warning disable CA1031 // A witness must not throw; one that does must not stop the entity either.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Region.Log.ObserverThrew(fault, Id);
        }
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
            if (!_flags.HasFlag(Flags.Drop))
            {
                Shard.Arm(Id, at, at <= now ? Region.Settings.WakeAgainAfter : TimeSpan.Zero);
            }
        }
    }

    private Step Reject(Message<TState, TCommand, TEvent, TReply> message, AskStatus status, string why)
    {
        Close(message);
        message.Answer(AskResult<TReply>.Not(status, why));
        return EndTurn();
    }

    /// <summary>Nothing of it was written, as far as anybody knows.</summary>
    private Step Reject(Change<TState, TCommand, TEvent, TReply> change, AskStatus status, string why)
    {
        AnswerAll(change, status, why);
        if (change.Wakes)
        {
            Rearm(Region.Time.GetUtcNow());
        }

        return EndTurn();
    }

    private void AnswerAll(Change<TState, TCommand, TEvent, TReply> change, AskStatus status, string why)
    {
        while (change.TryTake(out var message))
        {
            Close(message);
            message.Answer(AskResult<TReply>.Not(status, why));
        }
    }

    /// <summary>Takes the turn after a write, unless the entity was dropped while it was under way.</summary>
    private bool TakeTurnBack(Change<TState, TCommand, TEvent, TReply> change)
    {
        lock (Shard.Gate)
        {
            if (!ReferenceEquals(_current, change))
            {
                return false;
            }

            _phase = EntityPhase.Running;
            return true;
        }
    }

    /// <summary>Its caller has gone while it waited: what nobody hears need not be decided, and asking again is safe.</summary>
    private static bool HasGone(Message<TState, TCommand, TEvent, TReply> message) => message.IsOver && message.Kind == MessageKind.Ask;

    private static bool IsNoDecision(Message<TState, TCommand, TEvent, TReply> message, EntityDecision<TEvent, TReply> decision) =>
        decision.Events.Count == 0 && !decision.HasReply && message.Kind == MessageKind.Ask && message.Ticket is null;

    private string? TicketOf(Message<TState, TCommand, TEvent, TReply> message) =>
        message.Kind == MessageKind.Ask ? Region.Behavior.TicketOf(message.Command) : null;

    private void NoteDecided(Message<TState, TCommand, TEvent, TReply> message, DateTimeOffset began)
    {
        if (message.Trace is { } trace)
        {
            trace.DecideBegan = began;
            trace.DecideEnded = trace.AppendBegan = Region.Time.GetUtcNow();
        }
    }

    private void Close(Message<TState, TCommand, TEvent, TReply> message)
    {
        lock (Shard.Gate)
        {
            Leave(message);
        }
    }

    /// <summary>The end of a message that waits for nothing any more. Under the lock.</summary>
    private void Leave(Message<TState, TCommand, TEvent, TReply> message)
    {
        if (message.Kind == MessageKind.Wake)
        {
            _flags &= ~Flags.WakeQueued;
        }

        Shard.Leave(message, MessagePlace.Done);
    }
}
