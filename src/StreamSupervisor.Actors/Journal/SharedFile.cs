namespace StreamSupervisor.Actors.Journal;

/// <summary>What the connections of this process to one file share: whose turn it is to write, and how many are in use.</summary>
internal sealed class SharedFile
{
    private int _inUse;

    /// <summary>Held by the one that writes.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Not set while the file is shut.</summary>
    public ManualResetEventSlim Opens { get; } = new(initialState: true);

    /// <summary>Connections that are open, those that rest in the pool apart.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Counts a connection that is about to open; false: the file is shut.</summary>
    public bool TryEnter()
    {
        // Counted before it looks: whoever shuts the file either sees it or is seen.
        _ = Interlocked.Increment(ref _inUse);
        if (Opens.IsSet)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => _ = Interlocked.Decrement(ref _inUse);
}

/// <summary>A file that nobody else opens until this is disposed.</summary>
internal sealed class ShutFile : IDisposable
{
    private readonly SharedFile _file;

    public ShutFile(SharedFile file)
    {
        _file = file;
        _file.Opens.Reset();
    }

    /// <summary>Whether connections that were open before still are.</summary>
    public bool IsInUse => _file.InUse > 0;

    public void Dispose() => _file.Opens.Set();
}
