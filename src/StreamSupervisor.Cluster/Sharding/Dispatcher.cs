namespace StreamSupervisor.Cluster.Sharding;

/// <summary>
/// Where a region's work runs: the context that the region was made in, else the thread pool. A simulated member makes its region in its
/// own single-threaded context, and nothing of it ever leaves that thread.
/// </summary>
internal sealed class Dispatcher
{
    private readonly SynchronizationContext? _context = SynchronizationContext.Current;

    /// <summary>Whether there is a context to stay in.</summary>
    public bool Simulated => _context is not null;

    /// <summary>
    /// How the promise of an answer is made. In a context the answer itself is posted and its continuations run there: queued ones of
    /// <c>Task.WhenAll</c> and its like know no context and would go to the thread pool.
    /// </summary>
    public TaskCreationOptions CompletionOptions => Simulated ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

    public void Post(IThreadPoolWorkItem work)
    {
        if (_context is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
        else
        {
            _context.Post(static state => ((IThreadPoolWorkItem)state!).Execute(), work);
        }
    }

    /// <summary>Runs work at once where the caller already is in the right place, as a timer of the pool is.</summary>
    public void Run(IThreadPoolWorkItem work)
    {
        if (_context is null || ReferenceEquals(_context, SynchronizationContext.Current))
        {
            work.Execute();
        }
        else
        {
            Post(work);
        }
    }
}
