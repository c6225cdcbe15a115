using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// Which sessions SRS publishes for nobody. Only the looks at the servers show it: nothing of it stands in the state of a stream, and a
/// server names keys, since the row of an orphan can name another client.
/// </summary>
internal sealed class OrphanedSessions(IEnumerable<OriginView> origins)
{
    private readonly HashSet<(string Origin, string Key)> _keys =
        [.. origins.SelectMany(origin => (origin.OrphanedKeys ?? []).Select(key => (origin.Name, key)))];

    /// <summary>The view with what is known of its session. A younger one than it takes to know is the successor of the orphan.</summary>
    public StreamView Mark(StreamView stream, DateTimeOffset now) =>
        stream.Session is { } session && now - session.Since >= LookFinding.Orphaned.LastsFor
        && _keys.Contains((session.Origin, new StreamKey(stream.Key.Vhost, stream.Key.App, stream.Key.Stream).ToString()))
            ? stream with { Session = session with { Orphaned = true } }
            : stream;
}
