namespace StreamSupervisor.Cluster.Membership;

/// <summary>Tells everybody who waits that something changed, in the order in which they came.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock _gate = new();
    private LinkedList<TaskCompletionSource> _waiting = [];

    public async Task NextAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            place = _waiting.AddLast(waiting);
        }

        try
        {
            using (cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiting))
            {
                await waiting.Task;
            }
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                place.List?.Remove(place);
            }

            throw;
        }
    }

    public void Raise()
    {
        LinkedList<TaskCompletionSource> waiting;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            (waiting, _waiting) = (_waiting, []);
        }

        // One that gives up at this moment takes itself out of the same list: so not by the list's own enumerator.
        foreach (var waiter in Snapshot(waiting))
        {
            waiter.TrySetResult();
        }
    }

    private TaskCompletionSource[] Snapshot(LinkedList<TaskCompletionSource> waiting)
    {
        lock (_gate)
        {
            return [.. waiting];
        }
    }
}
