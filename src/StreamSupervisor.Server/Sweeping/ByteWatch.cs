namespace StreamSupervisor.Server.Sweeping;

/// <summary>One counter of bytes as successive looks saw it.</summary>
internal struct ByteWatch
{
    private bool _seen;
    private long _bytes;
    private long _changedAt;
    private long _seenAt;

    /// <summary>Notes a value; tells whether it is another than the last look's.</summary>
    public bool Note(long bytes, long at)
    {
        var changed = !_seen || bytes != _bytes;
        if (changed)
        {
            _changedAt = at;
        }

        _seen = true;
        _bytes = bytes;
        _seenAt = at;
        return changed;
    }

    /// <summary>Nobody knows what happened until now: the clock starts again, the value stays.</summary>
    public void Restart(long at)
    {
        _changedAt = at;
        _seenAt = at;
    }

    public readonly bool Seen => _seen;

    public readonly long Bytes => _bytes;

    /// <summary>The look that saw the value first.</summary>
    public readonly long ChangedAt => _changedAt;

    /// <summary>How long the value is known to have stood still: from the first to the last look that saw it.</summary>
    public readonly TimeSpan StoodStill(TimeProvider time) => _seen ? time.GetElapsedTime(_changedAt, _seenAt) : TimeSpan.Zero;
}
