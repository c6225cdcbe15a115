namespace StreamSupervisor.Domain.Origins;

/// <summary>One counter of bytes as successive looks saw it, on the monotonic clock.</summary>
internal struct ByteWatch
{
    /// <summary>SRS counts what comes by RTMP and SRT every 3 s, and WebRTC every 5 s; no row says which it is.</summary>
    private static readonly TimeSpan MostBetweenCounts = TimeSpan.FromSeconds(5);

    private bool _seen;
    private long _bytes;
    private long _first;
    private bool _sawItCome;
    private bool _alone;
    private TimeSpan? _longest;
    private TimeSpan _changedAt;
    private TimeSpan _seenAt;

    public readonly bool Seen => _seen;

    public readonly long Bytes => _bytes;

    /// <summary>How much has come since the first look.</summary>
    public readonly long Grown => _bytes - _first;

    /// <summary>
    /// How long a value may stand still though bytes come: as long as one has that was seen to come and to go, and as SRS takes at most
    /// while none was.
    /// </summary>
    public readonly TimeSpan BetweenCounts => _longest < MostBetweenCounts ? _longest.Value : MostBetweenCounts;

    /// <summary>The look that saw the value first.</summary>
    public readonly TimeSpan ChangedAt => _changedAt;

    /// <summary>How long the value is known to have stood still: from the first to the last look that saw it.</summary>
    public readonly TimeSpan StoodStill => _seen ? _seenAt - _changedAt : TimeSpan.Zero;

    /// <summary>Notes a value; tells whether it is another than the last look's.</summary>
    /// <param name="alone">Whether nobody else makes it move, as players do in a row.</param>
    public bool Note(long bytes, TimeSpan at, bool alone = true)
    {
        var changed = !_seen || bytes != _bytes;
        if (changed)
        {
            _first = _seen ? _first : bytes;
            _longest = _sawItCome && !(StoodStill < _longest) ? StoodStill : _longest;
            (_changedAt, _sawItCome) = (at, _seen && _alone); // The last player that leaves moves it once more.
        }

        _sawItCome &= alone;
        _alone = alone;

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
        _sawItCome = false;
    }
}
