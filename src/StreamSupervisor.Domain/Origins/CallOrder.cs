using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>The version of an SRS server, as <c>/api/v1/versions</c> gives it.</summary>
public readonly record struct SrsVersion(int Major, int Minor, int Revision) : IComparable<SrsVersion>
{
    public int CompareTo(SrsVersion other) => (Major, Minor, Revision).CompareTo((other.Major, other.Minor, other.Revision));

    public static bool operator <(SrsVersion left, SrsVersion right) => left.CompareTo(right) < 0;
    public static bool operator >(SrsVersion left, SrsVersion right) => left.CompareTo(right) > 0;
    public static bool operator <=(SrsVersion left, SrsVersion right) => left.CompareTo(right) <= 0;
    public static bool operator >=(SrsVersion left, SrsVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Major}.{Minor}.{Revision}";
}

/// <summary>
/// In which order one SRS version asks, checks and publishes, and so where an attempt may be held. One record per version, learnt
/// again whenever the node answers with another one.
/// </summary>
/// <remarks>
/// <para>The busy check is what answers StreamBusy (1028). Where it stands decides everything:</para>
/// <list type="bullet">
/// <item>up to 7.0.61 it comes after <c>on_publish</c>: the old session can be removed while the new one waits in either hook.</item>
/// <item>
/// From 7.0.62 the publish token is taken between <c>on_connect</c> and <c>on_publish</c>: who reaches <c>on_publish</c> has already won
/// its node, and only <c>on_connect</c> can save the others.
/// </item>
/// </list>
/// <para>
/// The cleanup trap (6.0.129 to 7.0.150, 8.0.0 to 8.0.4): a timer of 3 s throws away a source that is not active yet. A first publish whose
/// <c>on_publish</c> is held d seconds is orphaned with probability d/3: published for nobody, while SRS accepts a second publisher
/// beside it. Measured on 6.0.157: 1, 7, 21, 41 and 60 of 60 for d = 0, 0.3, 1, 2 and 3.5 s; the same on 7.0.18; none on 4 and 5. A source
/// that was active until a moment ago has 3 s of grace: 0 of 30 at 1 and 2.5 s, 10 of 30 at 4 s.
/// </para>
/// </remarks>
/// <param name="HandoverMayWaitInOnConnect">
/// True in every version; but players ask there too, so it takes proof of intent to publish.
/// </param>
/// <param name="HandoverMayWaitInOnPublish">Whether waiting in <c>on_publish</c> can still win the node (up to 7.0.61).</param>
/// <param name="BusyCheckComesBeforeOnPublish">
/// Whether an attempt can be refused as busy before <c>on_publish</c> is sent (7.0.62 and later).
/// </param>
/// <param name="HeldFirstPublishIsOrphaned">Whether the version has the cleanup trap.</param>
public sealed record CallOrder(bool HandoverMayWaitInOnConnect, bool HandoverMayWaitInOnPublish, bool BusyCheckComesBeforeOnPublish,
    bool HeldFirstPublishIsOrphaned)
{
    /// <summary>The longest hold of a takeover on a version with the trap: half a second inside the 3 s of grace.</summary>
    public static readonly TimeSpan LongestTrappedTakeover = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// The longest hold of a node's first publish on a version with the trap: orphans 0.1/3, so 1 of 30, and is enough for an eviction
    /// on a healthy node (about 4 ms) and a round trip between data centres.
    /// </summary>
    public static readonly TimeSpan LongestTrappedFirstPublish = TimeSpan.FromMilliseconds(100);

    private static readonly SrsVersion TokenBegins = new(7, 0, 62);
    private static readonly SrsVersion TrapBegins = new(6, 0, 129);
    private static readonly SrsVersion TrapEndsIn7 = new(7, 0, 151);
    private static readonly SrsVersion TrapEndsIn8 = new(8, 0, 5);

    /// <summary>What is known of a version.</summary>
    public static CallOrder Of(SrsVersion version)
    {
        var tokenFirst = version >= TokenBegins;
        var trapped = version >= TrapBegins && version < (version.Major >= 8 ? TrapEndsIn8 : TrapEndsIn7);
        return new(
            HandoverMayWaitInOnConnect: true, HandoverMayWaitInOnPublish: !tokenFirst, BusyCheckComesBeforeOnPublish: tokenFirst, trapped);
    }

    /// <summary>How long an attempt may be held in a hook of this version.</summary>
    /// <param name="hold">The hold of the key's policy.</param>
    /// <param name="askedIn">The hook that asks.</param>
    public HoldLimits Limits(TimeSpan hold, AskedIn askedIn)
    {
        if (askedIn == AskedIn.OnConnect || !HeldFirstPublishIsOrphaned)
        {
            return new(hold, hold);
        }

        var firstPublish = Shorter(hold, LongestTrappedFirstPublish);

        // With the token won, nobody publishes the key on this node any more: what looks like a takeover is a first publish.
        return new(BusyCheckComesBeforeOnPublish ? firstPublish : Shorter(hold, LongestTrappedTakeover), firstPublish);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
