namespace StreamSupervisor.Srs.Api;

/// <summary>
/// One configured SRS server as this member calls it. All its callers here share one gate and one circuit.
/// </summary>
public sealed class SrsServer : IDisposable
{
    private readonly ISrsApi[] _apis;
    private readonly SrsConnection? _connection;

    /// <summary>A server that is called over HTTP.</summary>
    public SrsServer(SrsEndpoint endpoint, SrsApiOptions options, TimeProvider time, ILogger logger)
    {
        Endpoint = endpoint;
        _connection = new SrsConnection(endpoint, options, time, logger);
        var memory = new SrsProcessMemory();
        _apis = [.. Enum.GetValues<SrsPriority>().Select(priority => new SrsApiClient(_connection, memory, priority))];
    }

    /// <summary>A server whose API is given: the simulated one, which answers in virtual time and needs no gate.</summary>
    public SrsServer(SrsEndpoint endpoint, Func<SrsPriority, ISrsApi> api)
    {
        Endpoint = endpoint;
        _apis = [.. Enum.GetValues<SrsPriority>().Select(api)];
    }

    /// <summary>The configured name, as people know it.</summary>
    public string Name => Endpoint.Name;

    /// <summary>Where its API is.</summary>
    public SrsEndpoint Endpoint { get; }

    /// <summary>Its API, for calls of one urgency. Cheap: the same object every time.</summary>
    public ISrsApi For(SrsPriority priority) => _apis[(int)priority];

    public void Dispose() => _connection?.Dispose();
}
