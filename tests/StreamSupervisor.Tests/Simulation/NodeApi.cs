using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;
using SrsProcess = StreamSupervisor.Srs.Api.SrsProcess;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// A node's API as one life of the supervisor sees it: the simulated server's own JSON, read with the reader of the real client, over a network that
/// loses answers and takes no longer than the real client's 2 s.
/// </summary>
internal sealed class NodeApi(Life life, Node node) : ISrsApi
{
    private const int NoSuchClient = 2049;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public async Task<SrsProcess> GetProcessAsync(CancellationToken cancellation)
    {
        // SRS 4 does not name its process: the simulated one's name stands in for pid and start time, read at the moment of the answer.
        var (wire, service) = await SendAsync("GET", "/api/v1/versions", SrsWireContext.Default.VersionsWire, cancellation);
        return wire is { Code: 0, Data: { } data }
            ? new SrsProcess(wire.Server, service, wire.Pid, new SrsVersion(data.Major, data.Minor, data.Revision))
            : throw new SrsUnreachableException("no version");
    }

    public async Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation)
    {
        var (wire, _) = await SendAsync("GET", "/api/v1/streams/?count=100", SrsWireContext.Default.StreamsWire, cancellation);
        return Answer<IReadOnlyList<SrsStream>>(
            [.. wire.Streams!.Select(row => new SrsStream(row.Id, StreamKey.DefaultVhost, row.App, row.Name, row.Publish?.Active ?? false,
                row.Publish?.Cid ?? "", row.ReceivedBytes, row.Clients))],
            wire);
    }

    public async Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation)
    {
        var (wire, _) = await SendAsync("GET", "/api/v1/clients/?count=100", SrsWireContext.Default.ClientsWire, cancellation);
        return Answer<IReadOnlyList<SrsClient>>([.. wire.Clients!.Select(ClientOf)], wire);
    }

    public async Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation)
    {
        var (wire, _) = await SendAsync("GET", $"/api/v1/clients/{clientId}", SrsWireContext.Default.OneClientWire, cancellation);
        return wire switch
        {
            { Code: NoSuchClient } => Answer<SrsClient?>(null, wire),
            { Code: 0, Client: { } client } => Answer<SrsClient?>(ClientOf(client), wire),
            _ => throw new SrsUnreachableException("no client"),
        };
    }

    public async Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation)
    {
        var (wire, _) = await SendAsync("DELETE", $"/api/v1/clients/{clientId}", SrsWireContext.Default.SrsEnvelope, cancellation);
        return Answer(wire.Code == 0, wire);
    }

    public async Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation)
    {
        var (wire, _) = await SendAsync("GET", "/api/v1/summaries", SrsWireContext.Default.SummariesWire, cancellation);
        return wire.Data is { NowMs: > 0, System.SampleTimeMs: > 0 } data ? TimeSpan.FromMilliseconds(Math.Max(0, data.NowMs - data.System.SampleTimeMs)) : null;
    }

    private static SrsAnswer<T> Answer<T>(T value, SrsEnvelope envelope) => new(value, envelope.Server, envelope.Service);

    private static SrsClient ClientOf(ClientWire row) =>
        new(row.Id, row.Vhost, row.Stream, row.Ip, row.Url, row.Type, row.Publish, row.Alive, row.ReceivedBytes);

    private async Task<(T Wire, string Service)> SendAsync<T>(string method, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : SrsEnvelope
    {
        var (response, service) = await life.CallAsync(() => node.CallAsync(method, path, Timeout, cancellation));
        if (response is not { Status: 200 })
        {
            throw new SrsUnreachableException($"status {response?.Status}");
        }

        try
        {
            return (JsonSerializer.Deserialize(response.Body, type)!, service);
        }
        catch (JsonException)
        {
            throw new SrsUnreachableException("no JSON of SRS");
        }
    }
}
