using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Actors.Calls;

/// <summary>
/// What this member knows of each configured SRS server: the way to its API, and what the server's actor told last. Hooks read it at
/// every request, so reading takes no lock. It may lag by the time of a message; where that decides, <c>OriginRegion.ConfirmAsync</c>
/// asks.
/// </summary>
public sealed class OriginDirectory
{
    private readonly SrsServers _servers;
    private volatile Known _known;

    /// <param name="servers">The configured servers, in the order of the configuration.</param>
    public OriginDirectory(SrsServers servers) =>
        (_servers, _known) = (servers, new Known([.. servers.All.Select(server => new OriginEntry(server))]));

    /// <summary>Every configured server, in the order of the configuration.</summary>
    public IReadOnlyList<OriginEntry> All => _known.All;

    /// <summary>A server by its configured name; null for one that is not configured.</summary>
    public OriginEntry? Find(string name) => _known.ByName.GetValueOrDefault(name);

    /// <summary>Takes over which servers there are now. What is known of those that stay is kept.</summary>
    internal void Reload() => _known = new Known([.. _servers.All.Select(server =>
        Find(server.Name) is { } known && ReferenceEquals(known.Server, server) ? known : new OriginEntry(server))]);

    /// <summary>Where the process of a session stands, as far as this member knows. A server that is not configured is unknown.</summary>
    public ProcessStanding StandingOf(string origin, SessionId session) =>
        Find(origin)?.Snapshot is { } snapshot ? snapshot.StandingOf(session) : ProcessStanding.Unknown;

    /// <summary>Whether an answer with this server id is another server's, as far as this member knows.</summary>
    public bool IsAnotherServer(string origin, string serverId) => Find(origin)?.Snapshot.IsAnotherServer(serverId) == true;

    /// <summary>Whether a server is down, as far as this member knows, or not configured.</summary>
    public bool IsOutOfReach(string origin) => Find(origin) is not { Snapshot.IsOutOfReach: false };

    /// <summary>
    /// The process that a publisher's hook came from, if it is certain without a question: the hook names the one that is known to
    /// run there.
    /// </summary>
    public OriginProcess? ProcessOf(string origin, SrsHook hook) =>
        Find(origin)?.Snapshot is { } known && known.StandingOfHook(hook.ServerId, hook.ServiceId) == HookStanding.Current
            ? known.Process
            : null;

    /// <summary>The full name of a hook's client; what the hook leaves out is filled in as far as it is known.</summary>
    public SessionId NameOf(string origin, SrsHook hook) =>
        (Find(origin)?.Snapshot ?? OriginSnapshot.Unknown(origin)).NameOf(hook.ServerId, hook.ServiceId, hook.ClientId);

    /// <summary>Takes what a server's actor told. Of one that is not configured here it takes nothing.</summary>
    public void Note(OriginSnapshot snapshot) => Find(snapshot.Name)?.Note(snapshot);

    private sealed record Known(IReadOnlyList<OriginEntry> All)
    {
        public Dictionary<string, OriginEntry> ByName { get; } = All.ToDictionary(origin => origin.Name);
    }
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
