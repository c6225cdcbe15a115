using StreamSupervisor.Domain;

namespace StreamSupervisor.Tests.Simulation.Servers;

/// <summary>One process of a server: what a restart takes away.</summary>
internal sealed class SrsRun
{
    private static readonly TimeSpan CleanupEvery = TimeSpan.FromSeconds(3);

    private readonly SrsServer _server;
    private readonly Dictionary<string, SrsSource> _sources = [];
    private readonly Dictionary<string, SrsRow> _rows = [];
    private readonly List<SrsConnection> _connections = [];
    private DateTimeOffset _nextCleanup;

    public SrsRun(SrsServer server, string id, DateTimeOffset now, TimeSpan phase)
    {
        (_server, Service) = (server, server.Kind.HasServiceId ? id : $"pid:{id}");
        SampledFrom = now + phase;
        _nextCleanup = now + phase;
    }

    /// <summary>The name of the process: what SRS says, on 4 what pid and start time say.</summary>
    public string Service { get; }
    public bool HasGhost => _sources.Values.Any(source => source is { CanPublish: false, Publisher: null });
    public bool HasEnded { get; private set; }

    /// <summary>When the sampler of bytes ran first; it runs every 3 s.</summary>
    public DateTimeOffset SampledFrom { get; }
    public IReadOnlyList<SrsConnection> Connections => _connections;
    public IEnumerable<SrsRow> Rows => _rows.Values;

    /// <summary>The publish tokens that are taken (7.0.62 and later).</summary>
    public HashSet<string> Tokens { get; } = [];

    public SessionId Session(string clientId) => new(_server.ServerId, Service, clientId);

    public void Add(SrsConnection connection) => _connections.Add(connection);

    public void Remove(SrsConnection connection) => _connections.Remove(connection);

    /// <summary>
    /// A client as the API knows it: neither one that waits in <c>on_connect</c>, nor on 4 one that waits in <c>on_publish</c>.
    /// </summary>
    public SrsConnection? Listed(string clientId) => _connections.Find(connection => connection.IsListed
        && connection.ClientId == clientId);

    public SrsSource Source(string stream)
    {
        CleanUp();
        if (!_sources.TryGetValue(stream, out var source))
        {
            _sources[stream] = source = new SrsSource();
        }

        return source;
    }

    /// <summary>Whoever publishes it goes on for nobody; the next one gets a source of its own.</summary>
    public void ThrowAway(string stream)
    {
        if (_sources.Remove(stream, out var source))
        {
            source.ThrownAway = true;
        }
    }

    public SrsRow Row(string stream)
    {
        if (!_rows.TryGetValue(stream, out var row))
        {
            _rows[stream] = row = new SrsRow(stream);
        }

        return row;
    }

    public void End()
    {
        HasEnded = true;
        foreach (var connection in _connections.ToArray())
        {
            connection.Die();
        }

        _connections.Clear();
    }

    /// <summary>What the cleanup timer has done up to now; nobody can tell it from a timer.</summary>
    public void CleanUp()
    {
        for (var now = _server.World.Now; _nextCleanup <= now; _nextCleanup += CleanupEvery)
        {
            if (!_server.Kind.CleansUpFreshSources)
            {
                continue;
            }

            foreach (var (stream, source) in _sources.ToArray())
            {
                if (source.CanPublish && _nextCleanup - source.DiedAt >= CleanupEvery)
                {
                    ThrowAway(stream);
                }
            }
        }
    }
}
