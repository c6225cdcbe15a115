namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Whether this process may answer for the cluster now. It may from its first beat as an active member until shortly before the lease of its
/// last beat is over, by its own monotonic clock. The question compares times instead of reading a flag that a timer sets: a process that was
/// paused runs its mailboxes before its timers, and so would answer once more with what it believed before the pause.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="lasts">How long a beat lasts here, the margin taken off; null: always (one supervisor, which alone has the file).</param>
public sealed class MemberPulse(TimeProvider time, TimeSpan? lasts)
{
    private long _beatSent;
    private volatile bool _member;
    private volatile bool _ended;

    /// <summary>Whether answers may be given that no write of the journal confirms.</summary>
    public bool MayAnswer => !_ended && (lasts is not { } last || (_member && time.GetElapsedTime(Volatile.Read(ref _beatSent)) < last));

    /// <summary>Since the last beat that succeeded was sent; zero before the first.</summary>
    public TimeSpan BeatAge => Volatile.Read(ref _beatSent) is not 0 and var sent ? time.GetElapsedTime(sent) : TimeSpan.Zero;

    /// <summary>A beat succeeded, and the row says that this incarnation lives.</summary>
    /// <param name="sent">The monotonic time before the request: the database's clock started after it.</param>
    /// <param name="inCluster">Whether the row says that it is active or draining.</param>
    internal void Beat(long sent, bool inCluster)
    {
        Volatile.Write(ref _beatSent, sent);
        _member = inCluster;
    }

    /// <summary>Never again.</summary>
    internal void End() => _ended = true;
}
