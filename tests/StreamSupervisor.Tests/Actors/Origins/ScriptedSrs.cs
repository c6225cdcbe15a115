using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>One SRS server's API that says whatever a test wants, at once, on any thread.</summary>
internal sealed class ScriptedSrs : ISrsApi
{
    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<string, StreamRow> _streams = [];
    private readonly Dictionary<string, ClientRow> _clients = [];
    private readonly List<string> _calls = [];

    public OriginProcess Process { get; set; } = new("server-1", "process-1", "1", new SrsVersion(6, 0, 157));
    public bool Reachable { get; set; } = true;

    /// <summary>The answer to "who are you" waits for it.</summary>
    public Task Holding { get; set; } = Task.CompletedTask;
    public TimeSpan? SampleAge { get; set; } = TimeSpan.FromSeconds(1);

    public int CountOf(string call)
    {
        lock (_gate)
        {
            return _calls.Count(one => one == call);
        }
    }

    public void Publish(StreamKey key, string clientId, long bytes = 500_000, bool active = true)
    {
        lock (_gate)
        {
            var id = $"vid-{key.Stream}";
            _streams[key.ToString()] = new(id, key.Vhost, key.App, key.Stream, active, clientId, bytes, 1) { HasMedia = true };
            _clients[clientId] = new(clientId, "vid-v", id, "10.0.0.9", $"/{key.App}/{key.Stream}", "fmle-publish", true, 1, bytes);
        }
    }

    /// <summary>More bytes of a client, in <c>/clients</c> only.</summary>
    public void Receive(string clientId, long bytes)
    {
        lock (_gate)
        {
            _clients[clientId] = _clients[clientId] with { ReceivedBytes = _clients[clientId].ReceivedBytes + bytes };
        }
    }

    /// <summary>The stream receives and has players, and sends them nothing.</summary>
    public void Orphan(StreamKey key, int clients = 3)
    {
        lock (_gate)
        {
            var row = _streams[key.ToString()];
            _streams[key.ToString()] = row with { Clients = clients, SentBytes = 7_000, ReceivedBytes = row.ReceivedBytes + 100_000 };
        }
    }

    /// <summary>The row says that another client publishes the stream.</summary>
    public void Misname(StreamKey key, string clientId)
    {
        lock (_gate)
        {
            _streams[key.ToString()] = _streams[key.ToString()] with { PublisherClientId = clientId };
        }
    }

    public void HideRow(StreamKey key)
    {
        lock (_gate)
        {
            _streams.Remove(key.ToString());
        }
    }

    public void Leave(StreamKey key, string clientId)
    {
        lock (_gate)
        {
            _streams.Remove(key.ToString());
            _clients.Remove(clientId);
        }
    }

    public void Restart(string serviceId)
    {
        lock (_gate)
        {
            Process = Process with { ServiceId = serviceId };
            _streams.Clear();
            _clients.Clear();
        }
    }

    public async Task<OriginProcess> GetProcessAsync(CancellationToken cancellation)
    {
        Call("process");
        await Holding;
        return Reachable ? Process : throw Away();
    }

    public Task<SrsAnswer<IReadOnlyList<StreamRow>>> GetStreamsAsync(CancellationToken cancellation) =>
        Answer<IReadOnlyList<StreamRow>>("streams", () => [.. _streams.Values]);

    public Task<SrsAnswer<IReadOnlyList<ClientRow>>> GetClientsAsync(CancellationToken cancellation) =>
        Answer<IReadOnlyList<ClientRow>>("clients", () => [.. _clients.Values]);

    public Task<SrsAnswer<ClientRow?>> GetClientAsync(string clientId, CancellationToken cancellation) =>
        Answer("client", () => _clients.GetValueOrDefault(clientId));

    public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) =>
        throw new InvalidOperationException("A server's actor never deletes.");

    public Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation)
    {
        Call("sample");
        return Task.FromResult(SampleAge);
    }

    private Task<SrsAnswer<T>> Answer<T>(string call, Func<T> answer)
    {
        Call(call);
        if (!Reachable)
        {
            return Task.FromException<SrsAnswer<T>>(Away());
        }

        lock (_gate)
        {
            return Task.FromResult(new SrsAnswer<T>(answer(), Process.ServerId, Process.Version.Major < 5 ? "" : Process.ServiceId));
        }
    }

    private void Call(string call)
    {
        lock (_gate)
        {
            _calls.Add(call);
        }
    }

    private static SrsUnreachableException Away() => new("srs-1 could not be reached (test)");
}
