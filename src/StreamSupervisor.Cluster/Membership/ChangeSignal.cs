namespace StreamSupervisor.Cluster.Membership;

/// <summary>Tells everybody who waits that something changed, in the order in which they came.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock _gate = new();
    private LinkedList<TaskCompletionSource<bool>> _waiting = [];

    /// <returns>True with the next change; false when cancelled before it. To give up is no fault here: many wait only for so long.</returns>
    public async Task<bool> NextAsync(CancellationToken cancellation)
    {
        var waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource<bool>> place;
        lock (_gate)
        {
            place = _waiting.AddLast(waiting);
        }

        using (cancellation.UnsafeRegister(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(false), waiting))
        {
            if (await waiting.Task)
            {
                return true;
            }
        }

        lock (_gate)
        {
            place.List?.Remove(place);
        }

        return false;
    }

    public void Raise()
    {
        LinkedList<TaskCompletionSource<bool>> waiting;
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
            waiter.TrySetResult(true);
        }
    }

    private TaskCompletionSource<bool>[] Snapshot(LinkedList<TaskCompletionSource<bool>> waiting)
    {
        lock (_gate)
        {
            return [.. waiting];
        }
    }
}
