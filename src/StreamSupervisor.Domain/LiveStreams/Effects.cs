namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// Work outside the entity that an event asks for. Stored with the event that asks, carried out at least once, ended by the event that
/// reports its result. <see cref="Name"/> names it within its entity: asking again for one that is under way changes nothing.
/// </summary>
public abstract record LiveStreamEffect
{
    public abstract string Name { get; }
}

/// <summary>DELETE this client of this node and wait for the proof that it is gone; ends in <see cref="ReportEvicted"/>.</summary>
/// <param name="Session">Whom.</param>
/// <param name="Origin">From which node.</param>
/// <param name="UnlistedUntil">
/// Until then "no such client" proves nothing. A client that was admitted in <c>on_connect</c> is in no list before its <c>on_publish</c>, on SRS 4
/// not before the answer to it: DELETE says 2049, and it publishes all the same.
/// </param>
public sealed record EvictSession(SessionId Session, string Origin, DateTimeOffset? UnlistedUntil = null) : LiveStreamEffect
{
    public override string Name => NameOf(Session);

    public static string NameOf(SessionId session) => $"evict/{session}";
}

/// <summary>
/// Ask the node for this client itself: ends in <see cref="ReportPublisherSeen"/> or <see cref="ReportPublisherMissing"/>, verified.
/// </summary>
public sealed record LookAtSession(SessionId Session, string Origin) : LiveStreamEffect
{
    public override string Name => NameOf(Session);

    public static string NameOf(SessionId session) => $"look/{session}";
}

/// <summary>
/// Find whoever publishes this key in the node's list of clients. Each found ends as a verified <see cref="ReportPublisherSeen"/>; afterwards
/// <see cref="ReportSearched"/> says how many.
/// </summary>
public sealed record SearchForPublishers(string Origin) : LiveStreamEffect
{
    public override string Name => NameOf(Origin);

    public static string NameOf(string origin) => $"search/{origin}";
}

/// <summary>A search of a node's clients is over.</summary>
/// <param name="Origin">The node.</param>
/// <param name="ServerId">The node's server id, as it answered.</param>
/// <param name="ServiceId">The process that answered; empty when the node could not be reached.</param>
/// <param name="Found">How many publishers of the key it listed.</param>
/// <param name="LookedAt">When the look began.</param>
public sealed record ReportSearched(string Origin, string ServerId, string ServiceId, int Found, DateTimeOffset LookedAt) : LiveStreamCommand;
