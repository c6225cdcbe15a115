namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// What is ordered and not proven done: a function of the state (<see cref="LiveStream.OpenWork"/>). Carried out at least once, by the
/// member that owns the key, and begun again after a crash; it ends when the command that reports its result has changed the state.
/// </summary>
public abstract record LiveStreamWork
{
    /// <summary>Names the work within its key. What has the same name is the same work, however often it is derived.</summary>
    public abstract string Name { get; }
}

/// <summary>DELETE this client of this origin and wait for the proof that it is gone; ends in <see cref="ReportEvicted"/>.</summary>
/// <param name="Session">Whom.</param>
/// <param name="Origin">From which origin, by its configured name.</param>
/// <param name="UnlistedUntil">
/// Until then "no such client" proves nothing; null: it was seen, or enough time has passed. A client that was admitted in
/// <c>on_connect</c> is in no list before its <c>on_publish</c>, on SRS 4 not before the answer to it: DELETE says 2049, and it
/// publishes all the same.
/// </param>
/// <param name="OrderedAt">When the removal was decided, by the clock of the member that decided.</param>
public sealed record EvictSession(SessionId Session, string Origin, DateTimeOffset? UnlistedUntil = null,
    DateTimeOffset OrderedAt = default)
    : LiveStreamWork
{
    public override string Name => NameOf(Session);

    public static string NameOf(SessionId session) => $"evict/{session}";
}

/// <summary>
/// Ask the origin for this client itself, until it answers: ends in <see cref="ReportPublisherSeen"/> or
/// <see cref="ReportPublisherMissing"/>, verified and marked as the answer to this work (<c>Asked</c>).
/// </summary>
public sealed record CheckSession(SessionId Session, string Origin) : LiveStreamWork
{
    public override string Name => $"check/{Session}";
}

/// <summary>
/// Find whoever publishes this key in the origin's list of clients. Each found ends as a verified <see cref="ReportPublisherSeen"/>;
/// afterwards <see cref="ReportSearched"/> says how many. An operator's search that is ordered while another is under way keeps the work
/// open after the first report: it is then begun once more.
/// </summary>
public sealed record SearchForPublishers(string Origin) : LiveStreamWork
{
    public override string Name => $"search/{Origin}";
}
