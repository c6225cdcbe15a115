using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <content>Into memory and out of it.</content>
internal sealed partial class Entity<TState, TCommand, TEvent, TReply>
{
    /// <summary>Wants a resident of a recovering shard in memory. Under the lock.</summary>
    /// <returns>False for one in quarantine: nobody shall wait for it.</returns>
    public bool Want()
    {
        if (_phase == EntityPhase.Quarantined)
        {
            return false;
        }

        _flags |= Flags.Resident;
        return true;
    }

    /// <summary>
    /// The shard is dropped. Under the lock. Messages that nobody has taken stay where <paramref name="keepMailbox"/>, for the shard comes back.
    /// </summary>
    /// <returns>Whether the caller has got the turn and must end it (<see cref="EndDropped"/>), without the lock.</returns>
    public bool Drop(bool keepMailbox, ref MessageList<TState, TCommand, TEvent, TReply> dismissed)
    {
        TakeWaiters(ref dismissed);
        if (!keepMailbox)
        {
            TakeMailbox(ref dismissed, asksOnly: false);
        }

        _flags &= ~Flags.Resident;
        switch (_phase)
        {
            case EntityPhase.Idle or EntityPhase.Appending:
                _current = null;
                _phase = EntityPhase.Running;
                _flags |= Flags.Drop;
                return true;

            case EntityPhase.Running:
                _flags |= Flags.Drop;
                return false;

            case EntityPhase.Quarantined when keepMailbox:
                return false;

            default:
                if (_current is Rest rest)
                {
                    Region.Timers.Remove(rest);
                }

                Region.LeaveQuarantine(Id);
                _faults = 0;
                _current = null;
                _phase = EntityPhase.Cold;
                if (_mailbox.IsEmpty)
                {
                    Shard.Forget(this);
                }

                return false;
        }
    }

    public void EndDropped() => Continue(EndTurn());

    /// <summary>Takes the turn to see whether the entity may leave memory. Under the lock.</summary>
    public bool TryBeginPassivation(int sweep)
    {
        if (_phase != EntityPhase.Idle || _waiting > 0 || sweep - _idleSince < ShardRegion<TState, TCommand, TEvent, TReply>.SweepsUntilIdle)
        {
            return false;
        }

        _phase = EntityPhase.Running;
        return true;
    }

    public void Passivate()
    {
        var may = false;
        try
        {
            may = Region.Behavior.MayPassivate(_state!);
        }
#pragma warning disable CA1031 // Then it stays: a fault shows by itself with its next message.
        catch (Exception)
#pragma warning restore CA1031
        {
            may = false;
        }

        Continue(may ? Unload() : EndTurn());
    }

    /// <summary>Under the lock.</summary>
    private Step Activate()
    {
        _current = new Activation();
        _phase = EntityPhase.Loading;
        return Step.Load;
    }

    private void BeginLoad()
    {
        // Another thread may have dropped and begun anew since: then the activation here is its one, and begins once all the same.
        if (_current is Activation activation && activation.TryBegin())
        {
            _ = LoadAsync(activation);
        }
    }

    private async Task LoadAsync(Activation activation)
    {
        StoredEntity? stored = null;
        Exception? fault = null;
        await Region.Loads.EnterAsync();
        try
        {
            stored = await Region.Journal.LoadAsync(Shard.Id, Id, Region.Stopping);
        }
#pragma warning disable CA1031 // Supervision: whatever it is, it is this entity's alone.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            fault = thrown;
        }
        finally
        {
            Region.Loads.Leave();
        }

        lock (Shard.Gate)
        {
            if (!ReferenceEquals(_current, activation))
            {
                // Dropped meanwhile: what was read may be from before the epoch was raised, and another load has begun or will.
                return;
            }

            _phase = EntityPhase.Running;
        }

        Continue(stored is not null ? Loaded(stored) : Unloaded(fault!));
    }

    private Step Loaded(StoredEntity stored)
    {
        DateTimeOffset? wakeAt;
        try
        {
            var behavior = Region.Behavior;
            var state = stored.Snapshot is { } snapshot ? behavior.DecodeState(snapshot) : behavior.Initial(Id);
            var sequence = stored.SnapshotSequence;
            foreach (var @event in stored.Events)
            {
                if (@event.Sequence != ++sequence)
                {
                    throw new FormatException($"Event {sequence} of {Id} is missing: the journal goes on with {@event.Sequence}.");
                }

                state = behavior.Evolve(state, behavior.Decode(@event.Kind, @event.Payload));
            }

            wakeAt = behavior.WakeAt(state);
            (_state, _sequence, _sinceSnapshot) = (state, sequence, (ushort)Math.Min(ushort.MaxValue, stored.Events.Count));
        }
#pragma warning disable CA1031 // Supervision: a state that cannot be read hurts this entity and nobody else.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return Fault(null, fault);
        }

        _misses = 0;
        Region.Metrics.Recovered();
        Observe(_state);
        lock (Shard.Gate)
        {
            Arrived();
            if ((_flags & (Flags.WakeQueued | Flags.Drop)) == Flags.None)
            {
                Shard.Arm(Id, wakeAt, TimeSpan.Zero);
            }
        }

        return EndTurn();
    }

    private Step Unloaded(Exception fault) => fault is StoreUnavailableException or OperationCanceledException
        ? Pause(AskStatus.Unavailable, $"The store did not answer: {fault.Message}",
            ShardRegionSettings.Backoff(Region.Settings.StoreBackoff, Region.Settings.StoreBackoffMax, _misses = (byte)Math.Min(_misses + 1, 100)))
        : Fault(null, fault);

    /// <summary>A recovering shard need not wait for this resident any more, come or not. Under the lock.</summary>
    private void Arrived()
    {
        if (_flags.HasFlag(Flags.Resident))
        {
            _flags &= ~Flags.Resident;
            Shard.ResidentArrived();
        }
    }

    /// <summary>One load; what it brings counts only while the entity still waits for this one.</summary>
    private sealed class Activation
    {
        private int _begun;

        public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;
    }
}
