using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <content>Asks that wait: under a ticket for an event that answers them, and for their deadline.</content>
internal sealed partial class Entity<TState, TCommand, TEvent, TReply>
{
    private void Wait(Message<TState, TCommand, TEvent, TReply> message)
    {
        var dropped = false;
        lock (Shard.Gate)
        {
            dropped = _flags.HasFlag(Flags.Drop);
            if (dropped || message.Withdrawn)
            {
                Shard.Leave(message, MessagePlace.Done);
            }
            else
            {
                Shard.Leave(message, MessagePlace.Waiting);
                _waiters.Add(message);
                _waiting++;
            }
        }

        if (dropped)
        {
            // Whoever dropped the shard has told all who were waiting then; this one came too late to be told.
            message.Answer(AskResult<TReply>.Not(AskStatus.Unknown, $"Shard {Shard.Id} was dropped."));
        }
    }

    /// <summary>Answers all who wait under a ticket.</summary>
    private void Answer(string ticket, TReply reply)
    {
        var answered = default(MessageList<TState, TCommand, TEvent, TReply>);
        lock (Shard.Gate)
        {
            for (int left = _waiting; left > 0; left--)
            {
                var waiter = _waiters.Take();
                if (waiter.Ticket == ticket)
                {
                    _waiting--;
                    waiter.Place = MessagePlace.Done;
                    answered.Add(waiter);
                }
                else
                {
                    _waiters.Add(waiter);
                }
            }
        }

        while (!answered.IsEmpty)
        {
            answered.Take().Answer(AskResult<TReply>.Answered(reply));
        }
    }

    /// <summary>Takes out all who wait under a ticket. Under the lock; the caller answers them without it.</summary>
    private void TakeWaiters(ref MessageList<TState, TCommand, TEvent, TReply> taken)
    {
        while (!_waiters.IsEmpty)
        {
            var waiter = _waiters.Take();
            waiter.Place = MessagePlace.Done;
            taken.Add(waiter);
        }

        _waiting = 0;
    }

    /// <summary>Takes out what is in the mailbox: nothing of it has happened. Under the lock; the caller answers without it.</summary>
    private void TakeMailbox(ref MessageList<TState, TCommand, TEvent, TReply> taken, bool asksOnly)
    {
        for (int left = _queued; left > 0; left--)
        {
            var message = _mailbox.Take();
            if (asksOnly && message.Kind != MessageKind.Ask)
            {
                _mailbox.Add(message);
                continue;
            }

            _queued--;
            Leave(message);
            taken.Add(message);
        }
    }

    /// <summary>The deadline of an ask has come, or its caller has gone away.</summary>
    public void Withdraw(Message<TState, TCommand, TEvent, TReply> message, CancellationToken cancelled)
    {
        // What is on its way through the journal stays there: its turn goes on, only its caller hears that nobody knows.
        var result = AskResult<TReply>.Not(AskStatus.Unknown, "The deadline passed before the answer came.");
        Step step;
        lock (Shard.Gate)
        {
            message.Withdrawn = true;
            if (message.Place == MessagePlace.Queued && _mailbox.Remove(message))
            {
                _queued--;
                Shard.Leave(message, MessagePlace.Done);
                result = AskResult<TReply>.Not(AskStatus.Unavailable, Shard.State == ShardState.Recovering
                    ? $"Shard {Shard.Id} was still being recovered at the deadline."
                    : "The deadline passed before the message was taken.");
            }
            else if (message.Place == MessagePlace.Waiting && _waiters.Remove(message))
            {
                _waiting--;
                message.Place = MessagePlace.Done;
            }

            step = Advance();
        }

        if (cancelled.IsCancellationRequested)
        {
            message.Cancel(cancelled);
        }
        else
        {
            message.Answer(result);
        }

        Continue(step);
    }
}
