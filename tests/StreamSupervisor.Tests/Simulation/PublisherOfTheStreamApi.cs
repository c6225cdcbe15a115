using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>What a bare script does: kicks whoever publishes the stream now, instead of the session that was meant.</summary>
internal sealed class PublisherOfTheStreamApi(ISrsApi api) : ISrsApi
{
    public async Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation)
    {
        var streams = await api.GetStreamsAsync(cancellation);
        var active = streams.Value.FirstOrDefault(stream => stream.Active && stream.PublisherClientId.Length > 0);
        return await api.DeleteClientAsync(active?.PublisherClientId ?? clientId, cancellation);
    }

    public Task<SrsProcess> GetProcessAsync(CancellationToken cancellation) => api.GetProcessAsync(cancellation);

    public Task<SrsAnswer<IReadOnlyList<SrsStream>>> GetStreamsAsync(CancellationToken cancellation) => api.GetStreamsAsync(cancellation);

    public Task<SrsAnswer<IReadOnlyList<SrsClient>>> GetClientsAsync(CancellationToken cancellation) => api.GetClientsAsync(cancellation);

    public Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation) => api.GetClientAsync(clientId, cancellation);
}
