using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Srs;

/// <summary>One SRS server as its API shows it, with whatever a test wants it to say.</summary>
internal sealed class FakeSrs(TimeProvider time) : ISrsApi
{
    public string ServerId { get; set; } = "server-1";
    public string ServiceId { get; set; } = "process-1";
    public SrsVersion Version { get; set; } = new(6, 0, 157);
    public bool Reachable { get; set; } = true;

    /// <summary>Whether answers name the process; SRS 4 does not.</summary>
    public bool NamesItself { get; set; } = true;
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);
    public TimeSpan? SampleAge { get; set; }

    /// <summary>How long a client stays after its DELETE; null for one that can't be closed.</summary>
    public TimeSpan? GoneAfter { get; set; } = TimeSpan.FromMilliseconds(4);
    public Func<IReadOnlyList<SrsStream>>? StreamsNow { get; set; }
    public List<SrsStream> Streams { get; } = [];
    public Dictionary<string, SrsClient> Clients { get; } = [];
    public List<(string ClientId, DateTimeOffset At)> Deletes { get; } = [];
    public List<(string Call, DateTimeOffset At)> Calls { get; } = [];

    public int CountOf(string call) => Calls.Count(one => one.Call == call);

    public void Publish(StreamKey key, string clientId, long bytes = 0, bool active = true, int clients = 1)
    {
        Streams.RemoveAll(row => row.App == key.App && row.Name == key.Stream && row.Vhost == key.Vhost);
        Streams.Add(new SrsStream($"vid-{key.Stream}", key.Vhost, key.App, key.Stream, active, clientId, bytes, clients));
        Clients[clientId] = new SrsClient(clientId, "vid-v", $"vid-{key.Stream}", "10.0.0.9", SrsUrl.Of(key), "fmle-publish", true, 1, bytes);
    }

    public void Restart(string serviceId)
    {
        ServiceId = serviceId;
        Streams.Clear();
        Clients.Clear();
    }

    public Task<SrsProcess> GetProcessAsync(CancellationToken cancellation) =>
        CallAsync("process", () => new SrsProcess(ServerId, ServiceId, "1", Version), cancellation);

    public Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation) =>
        CallAsync("streams", () => Answer(StreamsNow?.Invoke() ?? [.. Streams]), cancellation);

    public Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation) =>
        CallAsync("clients", () => Answer<IReadOnlyList<SrsClient>>([.. Clients.Values]), cancellation);

    public Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation) => CallAsync("client", () =>
        Clients.TryGetValue(clientId, out var client) ? Answer<SrsClient?>(client) : new SrsAnswer<SrsClient?>(null, "", ""), cancellation);

    public Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation) => CallAsync("delete", () =>
    {
        Deletes.Add((clientId, time.GetUtcNow()));
        if (!Clients.ContainsKey(clientId))
        {
            return new SrsAnswer<bool>(false, "", "");
        }

        if (GoneAfter is { } after)
        {
            _ = RemoveAsync(clientId, after);
        }

        return Answer(true);
    }, cancellation);

    public Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation) => CallAsync("summaries", () => SampleAge, cancellation);

    private SrsAnswer<T> Answer<T>(T value) => NamesItself ? new(value, ServerId, ServiceId) : new(value, ServerId, "");

    private async Task RemoveAsync(string clientId, TimeSpan after)
    {
        await Task.Delay(after, time);
        Clients.Remove(clientId);
        Streams.RemoveAll(row => row.PublisherClientId == clientId);
    }

    private async Task<T> CallAsync<T>(string call, Func<T> answer, CancellationToken cancellation)
    {
        Calls.Add((call, time.GetUtcNow()));
        await Task.Delay(Latency, time, cancellation);
        return Reachable ? answer() : throw new SrsUnreachableException("srs-1 could not be reached (test)");
    }
}
