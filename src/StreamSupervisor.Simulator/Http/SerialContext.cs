namespace StreamSupervisor.Simulator.Http;

/// <summary>
/// Runs everything that is given to it one after another on the thread pool: what makes the simulated servers, which know no locks, safe
/// to use from Kestrel's threads. Like SRS itself, which serves everything on one thread.
/// </summary>
internal sealed class SerialContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly Lock gate = new();
    private bool draining;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (gate)
        {
            queue.Enqueue((d, state));
            if (draining)
            {
                return;
            }

            draining = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static context => context.Drain(), this, preferLocal: false);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Waiting for the context from outside would block a thread; use RunAsync.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs something in the context and brings its result.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => _ = CompleteAsync(), null);
        return result.Task;

        async Task CompleteAsync()
        {
            try
            {
                result.SetResult(await work());
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        }
    }

    /// <summary>Runs something in the context and brings its result.</summary>
    public Task<T> RunAsync<T>(Func<T> work) => RunAsync(() => Task.FromResult(work()));

    private void Drain()
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            while (true)
            {
                (SendOrPostCallback Callback, object? State) next;
                lock (gate)
                {
                    if (!queue.TryDequeue(out next))
                    {
                        draining = false;
                        return;
                    }
                }

                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
