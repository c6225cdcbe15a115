namespace StreamSupervisor.Actors.Membership;

/// <summary>Who this member is and how long its beat lasts.</summary>
public sealed record MembershipSettings
{
    /// <summary>As configured: <c>storage.postgres.connection-string</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>What people call this member: <c>cluster.name</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>host:port</c> where others reach this member: of <c>cluster.advertise</c>; one supervisor alone names where it takes hooks.</summary>
    public required string Advertised { get; init; }

    /// <summary>How long a beat lasts, by the clock of the database: <c>cluster.lease.ttl</c>, 1 s to 1 min.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two beats: <c>cluster.lease.renew</c>, 100 ms to a third of <see cref="Lease"/>.</summary>
    public TimeSpan Renew { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A member stops to answer so long before its lease is over: clocks do not run equally fast, and an answer takes a moment too.</summary>
    internal TimeSpan Margin => Lease / 10;

    /// <summary>A longer time between two looks is a gap: what was seen before it says nothing about who is dead now.</summary>
    internal TimeSpan Gap => 2 * Renew;

    /// <summary>Between two looks while somebody may just have died.</summary>
    internal static TimeSpan Soon => TimeSpan.FromMilliseconds(40);

    /// <summary>So long a member looks often after a connection to another broke: the database sees the end of a process some milliseconds after us.</summary>
    internal static TimeSpan Watchful => TimeSpan.FromSeconds(1);

    /// <summary>For one try whether a port refuses connections.</summary>
    internal static TimeSpan ProbeTimeout => TimeSpan.FromMilliseconds(200);

    /// <summary>Before a member that no cluster has taken in asks again.</summary>
    internal static TimeSpan JoinAgain => TimeSpan.FromSeconds(5);
}
