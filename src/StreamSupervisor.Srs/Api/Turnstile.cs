namespace StreamSupervisor.Srs.Api;

/// <summary>
/// Lets so many in at once and so many wait, first come first served. Not SemaphoreSlim: that one leaves the caller's context when a
/// waiter can be cancelled, and its queue has no bound.
/// </summary>
internal sealed class Turnstile
{
    private readonly System.Threading.Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = new();
    private readonly int _maxWaiting;
    private int _free;

    public Turnstile(int admitted, int maxWaiting)
    {
        _free = admitted;
        _maxWaiting = maxWaiting;
    }

    /// <summary>Waits for a place.</summary>
    /// <returns>False when too many wait already: there is no place and nothing to leave.</returns>
    /// <exception cref="OperationCanceledException">The caller went away; there is no place and nothing to leave.</exception>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource<bool>> place;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return true;
            }

            if (_waiting.Count >= _maxWaiting)
            {
                return false;
            }

            place = _waiting.AddLast(new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        using var abandoned = cancellation.UnsafeRegister(_ => Abandon(place, cancellation), null);
        return await place.Value.Task;
    }

    public void Leave()
    {
        TaskCompletionSource<bool> next;
        lock (_gate)
        {
            if (_waiting.First is not { } first)
            {
                _free++;
                return;
            }

            _waiting.RemoveFirst();
            next = first.Value;
        }

        next.SetResult(true);
    }

    private void Abandon(LinkedListNode<TaskCompletionSource<bool>> place, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (place.List is null)
            {
                return; // It was let in already; it is inside and will leave.
            }

            _waiting.Remove(place);
        }

        place.Value.SetCanceled(cancellation);
    }
}
