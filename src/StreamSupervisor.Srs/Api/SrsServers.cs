using System.Collections.Frozen;

namespace StreamSupervisor.Srs.Api;

/// <summary>The SRS servers of the configuration, by name. Each has a gate of its own, so that one that hangs slows no other.</summary>
public sealed class SrsServers : IDisposable
{
    private readonly FrozenDictionary<string, SrsServer> _byName;

    /// <param name="endpoints">In the order of the configuration; names are unique.</param>
    public SrsServers(IEnumerable<SrsEndpoint> endpoints, SrsApiOptions options, TimeProvider time, ILoggerFactory loggers)
        : this(endpoints.Select(endpoint => new SrsServer(endpoint, options, time, loggers.CreateLogger<SrsServer>())))
    {
    }

    public SrsServers(IEnumerable<SrsServer> servers)
    {
        All = [.. servers];
        _byName = All.ToFrozenDictionary(server => server.Name, StringComparer.Ordinal);
    }

    /// <summary>All of them, in the order of the configuration.</summary>
    public IReadOnlyList<SrsServer> All { get; }

    /// <summary>The server of this name; null when the configuration has none (it was taken out while work for it was open).</summary>
    public SrsServer? Find(string name) => _byName.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var server in All)
        {
            server.Dispose();
        }
    }
}
