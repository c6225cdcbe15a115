using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Sharding;

/// <content>From the journal into service, at first and after a write of unknown outcome.</content>
internal sealed partial class Shard<TState, TCommand, TEvent, TReply>
{
    /// <summary>
    /// A write of unknown outcome: it may still become durable. Only under a higher epoch is what the journal says the last word.
    /// </summary>
    public void Reacquire(ShardEpoch owned)
    {
        Dropped? dropped = null;
        int tenure;
        lock (Gate)
        {
            if (owned != Owned || !Runs)
            {
                return;
            }

            tenure = _tenure;
            if (State == ShardState.Serving)
            {
                dropped = Drop(keepMailbox: true);
                tenure = ChangeState(ShardState.Recovering);
                _unknownInARow++;
            }
        }

        if (dropped is null)
        {
            // It was on its way to another owner, who takes it under a higher epoch anyway.
            Leave(tenure, ShardState.NotOwned, $"Shard {Id} was handed over.");
            return;
        }

        Region.Log.Reacquiring(Id, owned.Epoch);
        EndDropped(dropped, AskStatus.Unknown, $"A write of shard {Id} has an unknown outcome.");
        _ = ReacquireAsync(owned, tenure);
    }

    /// <summary>The store took a write. Under the lock.</summary>
    public void Wrote() => _unknownInARow = 0;

    /// <summary>One resident of a recovering shard is there, or has failed. Under the lock.</summary>
    public void ResidentArrived()
    {
        if (--_residentsAwaited == 0)
        {
            _residents?.TrySetResult();
        }
    }

    private async Task ReacquireAsync(ShardEpoch owned, int tenure)
    {
        if (_unknownInARow > 1)
        {
            // A store that reads well and fails every write at once: an overdue wakeup would go round here as fast as the processor can.
            await Region.PauseAsync(_unknownInARow - 1);
        }

        for (var failures = 1; ; failures++)
        {
            var epoch = await RaiseEpochAsync(owned);
            lock (Gate)
            {
                if (_tenure != tenure)
                {
                    return;
                }

                if (epoch > owned.Epoch)
                {
                    Owned = owned with { Epoch = epoch.Value };
                    break;
                }
            }

            // Not ours any more, or the store does not answer: nobody can tell the two apart from here. Whoever keeps the lease ends this
            // by taking the shard away; until then asking again harms nobody.
            await Region.PauseAsync(failures);
            if (Region.Stopping.IsCancellationRequested)
            {
                return;
            }
        }

        await Recover(tenure);
    }

    private async Task<long?> RaiseEpochAsync(ShardEpoch owned)
    {
        try
        {
            return await Region.Ownership.ReacquireAsync(Id, owned.Epoch, Region.Stopping);
        }
#pragma warning disable CA1031 // It must not throw; if it does, the shard must not hang for it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Region.Log.ReacquireThrew(fault, Id);
            return null;
        }
    }

    private Task Recover(int tenure)
    {
        var recovery = RecoverAsync(tenure);
        lock (Gate)
        {
            if (_tenure == tenure)
            {
                _recovery = recovery;
            }
        }

        return recovery;
    }

    private async Task RecoverAsync(int tenure)
    {
        ShardBacklog? backlog = null;
        var owned = Owned;
        for (var failures = 1; backlog is null; failures++)
        {
            backlog = await LoadBacklogAsync(owned, failures);
            if (_tenure != tenure || Region.Stopping.IsCancellationRequested)
            {
                return;
            }

            if (backlog is null)
            {
                await Region.PauseAsync(failures);
            }
        }

        await ResidentsAsync(backlog.Residents, tenure);
        List<(Entity<TState, TCommand, TEvent, TReply> Entity, Step Step)> waiting = [];
        lock (Gate)
        {
            if (_tenure != tenure)
            {
                return;
            }

            // Before anything is decided here: an effect that ends while the list is still to come would be started after its end.
            Region.Effects.Recover(Owned, backlog.Effects);
            foreach (var wakeup in backlog.Wakeups)
            {
                Arm(wakeup.EntityId, wakeup.At, TimeSpan.Zero);
            }

            ChangeState(ShardState.Serving, sameTenure: true);
            foreach (var entity in _entities.Values.ToArray())
            {
                if (entity.Advance() is var step && step != Step.None)
                {
                    waiting.Add((entity, step));
                }
            }
        }

        Region.Effects.Pump();
        foreach (var (entity, step) in waiting)
        {
            entity.Continue(step);
        }
    }

    private async Task<ShardBacklog?> LoadBacklogAsync(ShardEpoch owned, int failures)
    {
        await Region.Recoveries.EnterAsync();
        try
        {
            return await Region.Journal.LoadBacklogAsync(Id, Region.Stopping);
        }
        catch (Exception fault) when (fault is StoreUnavailableException or OperationCanceledException)
        {
            Region.Log.BacklogUnavailable(Id, failures, fault.Message);
            return null;
        }
#pragma warning disable CA1031 // A shard that cannot be read is given up and taken again; the others go on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Region.Log.BacklogUnreadable(fault, Id, failures);
            if (failures >= Region.Settings.QuarantineAfter)
            {
                Lose(owned, "its backlog cannot be read");
            }

            return null;
        }
        finally
        {
            Region.Recoveries.Leave();
        }
    }

    /// <summary>Brings the residents into memory before anything is answered: who looks through the observer's eyes sees all of them.</summary>
    private async Task ResidentsAsync(IReadOnlyList<string> residents, int tenure)
    {
        List<(Entity<TState, TCommand, TEvent, TReply> Entity, Step Step)> loads = [];
        TaskCompletionSource? all;
        lock (Gate)
        {
            if (_tenure != tenure || residents.Count == 0)
            {
                return;
            }

            _residentsAwaited = 0;
            _residents = all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var entityId in residents)
            {
                if (!_entities.TryGetValue(entityId, out var entity))
                {
                    entity = Add(entityId);
                }

                if (entity is not null && entity.Want())
                {
                    _residentsAwaited++;
                    loads.Add((entity, entity.Advance()));
                }
            }

            if (_residentsAwaited == 0)
            {
                return;
            }
        }

        foreach (var (entity, step) in loads)
        {
            entity.Continue(step);
        }

        await all.Task;
    }
}
