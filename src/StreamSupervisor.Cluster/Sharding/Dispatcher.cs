namespace StreamSupervisor.Cluster.Sharding;

/// <summary>
/// Where a region's work runs: the context that the region was made in, else the thread pool. A simulated member makes its region in its
/// own single-threaded context, and nothing of it ever leaves that thread.
/// </summary>
internal sealed class Dispatcher
{
    private readonly SynchronizationContext? _context = SynchronizationContext.Current;

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
