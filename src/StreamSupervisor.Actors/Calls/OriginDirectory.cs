using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.Calls;

/// <summary>
/// What this member knows of each configured SRS server: the way to its API, and what the server's actor told last. Hooks read it at every request,
/// so reading takes no lock. It may lag by the time of a message; where that decides, <c>OriginRegion.ConfirmAsync</c> asks.
/// </summary>
public sealed class OriginDirectory
{
    private readonly Dictionary<string, OriginEntry> _byName;

    /// <param name="servers">The configured servers, in the order of the configuration.</param>
    public OriginDirectory(SrsServers servers)
    {
        All = [.. servers.All.Select(server => new OriginEntry(server))];
        _byName = All.ToDictionary(origin => origin.Name);
    }

    /// <summary>Every configured server, in the order of the configuration.</summary>
    public IReadOnlyList<OriginEntry> All { get; }

    /// <summary>A server by its configured name; null for one that is not configured.</summary>
    public OriginEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Where the process of a session stands, as far as this member knows. A server that is not configured is unknown.</summary>
    public ProcessStanding StandingOf(string origin, SessionId session) =>
        Find(origin)?.Snapshot is { } snapshot ? snapshot.StandingOf(session) : ProcessStanding.Unknown;

    /// <summary>Takes what a server's actor told. Of one that is not configured here it takes nothing.</summary>
    public void Note(OriginSnapshot snapshot) => Find(snapshot.Name)?.Note(snapshot);
}

/// <summary>One configured SRS server as this member knows it.</summary>
public sealed class OriginEntry
{
    private volatile OriginSnapshot _snapshot;

    internal OriginEntry(SrsServer server) => (Server, _snapshot) = (server, OriginSnapshot.Unknown(server.Name));

    /// <summary>The configured name.</summary>
    public string Name => Server.Name;

    /// <summary>The way to its API.</summary>
    public SrsServer Server { get; }

    /// <summary>What its actor told last; the status is unknown until then.</summary>
    public OriginSnapshot Snapshot => _snapshot;

    internal void Note(OriginSnapshot snapshot) => _snapshot = snapshot;
}
