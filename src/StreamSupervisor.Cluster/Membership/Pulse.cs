namespace StreamSupervisor.Cluster.Membership;

/// <summary>
/// Ends the pause of one loop early. Not a <see cref="SemaphoreSlim"/> and no <c>WhenAny</c>: those continue on the thread pool, and a
/// simulated run would no longer replay.
/// </summary>
internal sealed class Pulse(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private bool _set;

    /// <summary>Ends the pause, or the next one if none is under way.</summary>
    public void Set()
    {
        lock (_gate)
        {
            _set = true;
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Pauses for so long at most; ends early when set or cancelled. Throws nothing.</summary>
    public async Task PauseAsync(TimeSpan most, CancellationToken cancellation)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return;
            }

            _waiting = waiting;
        }

        using (time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), waiting, most, Timeout.InfiniteTimeSpan))
        using (cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), waiting))
        {
            await waiting.Task;
        }

        lock (_gate)
        {
            _waiting = null;
            _set = false;
        }
    }
}
