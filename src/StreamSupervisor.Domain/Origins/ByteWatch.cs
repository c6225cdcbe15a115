namespace StreamSupervisor.Domain.Origins;

/// <summary>One counter of bytes as successive looks saw it, on the monotonic clock.</summary>
internal struct ByteWatch
{
    private bool _seen;
    private long _bytes;
    private TimeSpan _changedAt;
    private TimeSpan _seenAt;

    public readonly bool Seen => _seen;

    public readonly long Bytes => _bytes;

    /// <summary>The look that saw the value first.</summary>
    public readonly TimeSpan ChangedAt => _changedAt;

    /// <summary>How long the value is known to have stood still: from the first to the last look that saw it.</summary>
    public readonly TimeSpan StoodStill => _seen ? _seenAt - _changedAt : TimeSpan.Zero;

    /// <summary>Notes a value; tells whether it is another than the last look's.</summary>
    public bool Note(long bytes, TimeSpan at)
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
    public void Restart(TimeSpan at)
    {
        _changedAt = at;
        _seenAt = at;
    }
}
