using System.Collections.Frozen;

namespace StreamSupervisor.Srs.Api;

/// <summary>The SRS servers of the configuration, by name. Each has a gate of its own, so that one that hangs slows no other.</summary>
public sealed class SrsServers : IDisposable
{
    /// <summary>A server that was taken out finishes the calls that are under way; none lasts longer.</summary>
    private static readonly TimeSpan LastCalls = TimeSpan.FromMinutes(1);

    private readonly Func<SrsEndpoint, SrsServer>? _make;
    private readonly TimeProvider _time;
    private volatile Known _known;

    /// <param name="endpoints">In the order of the configuration; names are unique.</param>
    public SrsServers(IEnumerable<SrsEndpoint> endpoints, SrsApiOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _make = endpoint => new SrsServer(endpoint, options, time, loggers.CreateLogger<SrsServer>());
        (_time, _known) = (time, new Known([.. endpoints.Select(_make)]));
    }

    public SrsServers(IEnumerable<SrsServer> servers) => (_time, _known) = (TimeProvider.System, new Known([.. servers]));

    /// <summary>All of them, in the order of the configuration.</summary>
    public IReadOnlyList<SrsServer> All => _known.All;

    /// <summary>The server of this name; null when the configuration has none (it was taken out while work for it was open).</summary>
    public SrsServer? Find(string name) => _known.ByName.GetValueOrDefault(name);

    /// <summary>
    /// The configuration has these servers from now on. One that is called as before stays the same object, with its gate and circuit.
    /// </summary>
    /// <returns>The names of those that came, went, or are called in another way.</returns>
    /// <exception cref="InvalidOperationException">The servers were given as they are, so none can be made.</exception>
    public IReadOnlySet<string> Use(IReadOnlyList<SrsEndpoint> endpoints)
    {
        var make = _make ?? throw new InvalidOperationException("These servers were given; others can't be made.");
        var old = _known;
        _known = new Known([.. endpoints.Select(endpoint =>
            old.ByName.GetValueOrDefault(endpoint.Name) is { } same && same.Endpoint == endpoint ? same : make(endpoint))]);
        var gone = old.All.Except(_known.All).ToList();
        _ = Task.Delay(LastCalls, _time).ContinueWith(_ => gone.ForEach(server => server.Dispose()), TaskScheduler.Default);
        return gone.Concat(_known.All.Except(old.All)).Select(server => server.Name).ToHashSet(StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var server in All)
        {
            server.Dispose();
        }
    }

    private sealed record Known(IReadOnlyList<SrsServer> All)
    {
        public FrozenDictionary<string, SrsServer> ByName { get; } = All.ToFrozenDictionary(server => server.Name, StringComparer.Ordinal);
    }
}
