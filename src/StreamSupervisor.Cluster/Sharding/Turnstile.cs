namespace StreamSupervisor.Cluster.Sharding;

/// <summary>
/// Lets so many through at once, the others in their order. Not a <see cref="SemaphoreSlim"/>: with a token that one continues on the
/// thread pool, and a simulated run would no longer replay.
/// </summary>
internal sealed class Turnstile(int most)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _free = most;

    public Task EnterAsync()
    {
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return Task.CompletedTask;
            }

            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiting);
            return waiting.Task;
        }
    }

    public void Leave()
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _free++;
            }
        }

        next?.SetResult();
    }
}
