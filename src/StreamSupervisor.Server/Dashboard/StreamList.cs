using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What was asked of the list of streams; each part may be empty.</summary>
/// <param name="State">The phase, by its word, or <c>locked</c>, <c>fight</c> or <c>wedged</c>; <c>all</c> for idle ones too. Empty:
/// all that are not idle.</param>
/// <param name="Q">A part of the key.</param>
/// <param name="Origin">The server of the session.</param>
/// <param name="Sort"><c>key</c> or <c>changed</c>.</param>
/// <param name="Cursor">Where the page begins.</param>
public sealed record StreamListQuery(string State, string Q, string Origin, string Sort, string Cursor)
{
    /// <summary>The same with some parts changed, as a query.</summary>
    public static string Of(string state, string q, string origin, string sort, string cursor = "") =>
        PageQuery.Of(("state", state), ("q", q), ("origin", origin), ("sort", sort), ("cursor", cursor));

    public override string ToString() => Of(State, Q, Origin, Sort, Cursor);
}

/// <summary>One page of the list.</summary>
/// <param name="Streams">Its rows.</param>
/// <param name="Origins">All configured servers, the columns.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
public sealed record StreamList(
    StreamListQuery Query, IReadOnlyList<StreamView> Streams, IReadOnlyList<OriginView> Origins, string? Next);

/// <summary>What one stream is to one server.</summary>
/// <param name="State">The word of a state.</param>
/// <param name="ClientId">The client there; empty where it is about none.</param>
/// <param name="Generation">Its generation; null for one that has none yet.</param>
/// <param name="Since">When it began; null where that is not known.</param>
/// <param name="Until">When it ends by itself; null: not.</param>
public sealed record StreamCell(string State, string ClientId, long? Generation, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>All that a stream is to a server, what is on air first.</summary>
    public static IEnumerable<StreamCell> Of(StreamView stream, string origin)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.Session is { } session && session.Origin == origin)
        {
            var state = session.Orphaned == true ? "orphaned" : session.SilentSince is not null ? "silent" : "live";
            if (!stream.Evictions.Any(eviction => eviction.Of.ClientId == session.ClientId && eviction.Of.Origin == origin))
            {
                yield return new StreamCell(state, session.ClientId, session.Generation, session.Since, null);
            }
        }

        foreach (var eviction in stream.Evictions.Where(eviction => eviction.Of.Origin == origin))
        {
            yield return new StreamCell("removing", eviction.Of.ClientId, null, eviction.OrderedAt, null);
        }

        if (stream.Handover is { } handover && handover.To.Origin == origin)
        {
            yield return new StreamCell("held", handover.To.ClientId, null, handover.StartedAt, null);
        }

        if (stream.Interrupted is { } interrupted && (interrupted.Session?.Origin ?? "") == origin)
        {
            yield return new StreamCell("interrupted", interrupted.Session?.ClientId ?? "", null, null, interrupted.Until);
        }

        foreach (var wedge in stream.WedgedOn.Where(wedge => wedge.Origin == origin))
        {
            yield return new StreamCell("wedged", "", null, wedge.Since, null);
        }
    }
}
