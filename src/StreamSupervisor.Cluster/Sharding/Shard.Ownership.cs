using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Sharding;

/// <content>Owned, handed over, lost; the changes of state.</content>
internal sealed partial class Shard<TState, TCommand, TEvent, TReply>
{
    private TaskCompletionSource? _drained;
    private TaskCompletionSource? _residents;
    private int _residentsAwaited;
    private int _unknownInARow;
    private Task _recovery = Task.CompletedTask;

    public Task OwnAsync(long epoch)
    {
        Dropped dropped;
        int tenure;
        lock (Gate)
        {
            if (epoch <= Owned.Epoch)
            {
                return epoch == Owned.Epoch ? _recovery : Task.CompletedTask;
            }

            dropped = Drop(keepMailbox: true);
            Owned = new ShardEpoch(Id, epoch);
            tenure = ChangeState(ShardState.Recovering);
        }

        EndDropped(dropped, AskStatus.Unknown, $"Shard {Id} was taken again under a higher epoch.");
        return Recover(tenure);
    }

    public async Task DisownAsync(bool graceful, CancellationToken cancellation)
    {
        TaskCompletionSource? drained = null;
        int tenure;
        lock (Gate)
        {
            if (State is ShardState.NotOwned or ShardState.Draining)
            {
                return;
            }

            tenure = _tenure;
            if (graceful && State == ShardState.Serving)
            {
                tenure = ChangeState(ShardState.Draining);
                if (Open > 0)
                {
                    drained = _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }

        if (drained is not null)
        {
            await using var patience = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), drained);
            await drained.Task;
        }

        Leave(tenure, ShardState.NotOwned, $"Shard {Id} was handed over.");
    }

    /// <summary>Somebody else writes under a higher epoch, or the shard cannot be recovered.</summary>
    public void Lose(ShardEpoch owned, string why)
    {
        int tenure;
        lock (Gate)
        {
            if (owned != Owned || State is ShardState.NotOwned or ShardState.Lost)
            {
                return;
            }

            tenure = _tenure;
        }

        if (Leave(tenure, ShardState.Lost, $"Shard {Id} was lost: {why}."))
        {
            Region.Ownership.Lost(owned);
        }
    }

    private bool Leave(int tenure, ShardState state, string why)
    {
        Dropped dropped;
        ShardEpoch owned;
        lock (Gate)
        {
            if (_tenure != tenure)
            {
                return false;
            }

            dropped = Drop(keepMailbox: false);
            owned = Owned;
            ChangeState(state);
        }

        Region.Effects.Abandon(owned);
        EndDropped(dropped, AskStatus.Unavailable, why);
        return true;
    }

    /// <summary>Takes the turn of every entity, so that nothing of this tenure goes on. Under the lock.</summary>
    private Dropped Drop(bool keepMailbox)
    {
        var dropped = new Dropped();
        foreach (var entity in _entities.Values)
        {
            if (entity.Drop(keepMailbox, ref dropped.Messages))
            {
                dropped.Holders.Add(entity);
            }
        }

        foreach (var wakeup in _wakeups.Values)
        {
            Region.Timers.Remove(wakeup);
        }

        Region.CountWakeups(-_wakeups.Count);
        _wakeups.Clear();
        _drained?.TrySetResult();
        _residents?.TrySetResult();
        return dropped;
    }

    private static void EndDropped(Dropped dropped, AskStatus status, string why)
    {
        while (!dropped.Messages.IsEmpty)
        {
            dropped.Messages.Take().Answer(AskResult<TReply>.Not(status, why));
        }

        foreach (var entity in dropped.Holders)
        {
            entity.EndDropped();
        }
    }

    /// <summary>Under the lock.</summary>
    private int ChangeState(ShardState next, bool sameTenure = false)
    {
        var allowed = (State, next) switch
        {
            (ShardState.Draining, ShardState.Serving) => false,
            (ShardState.NotOwned or ShardState.Lost, ShardState.Serving or ShardState.Draining) => false,
            (ShardState.NotOwned, ShardState.Lost) => false,
            (ShardState.Recovering, ShardState.Draining) => false,
            _ => true,
        };
        if (!allowed)
        {
            throw new InvalidOperationException($"Shard {Id} cannot go from {State} to {next}.");
        }

        Region.Log.ShardChanged(Id, Owned.Epoch, State, next, _entities.Count);
        Region.CountServing((next == ShardState.Serving ? 1 : 0) - (State == ShardState.Serving ? 1 : 0));
        State = next;
        return sameTenure ? _tenure : ++_tenure;
    }

    /// <summary>What a drop leaves to be done without the lock.</summary>
    private sealed class Dropped
    {
        public MessageList<TState, TCommand, TEvent, TReply> Messages;

        public List<Entity<TState, TCommand, TEvent, TReply>> Holders { get; } = [];
    }
}
