using Refit;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The routes of SRS 4 to 8 that we call, as they stand on the wire. Lists end with a slash, since without it SRS redirects; a client's id
/// does not, since with it SRS answers 2049 for a client that is alive. Transport errors are thrown; statuses and broken bodies are told.
/// </summary>
internal interface ISrsHttpApi
{
    [Get("/api/v1/versions")]
    Task<IApiResponse<VersionsWire>> GetVersionsAsync([Property(SrsCall.Property)] SrsCall call, CancellationToken cancellation);

    [Get("/api/v1/self_proc_stats")]
    Task<IApiResponse<ProcessWire>> GetSelfProcessAsync([Property(SrsCall.Property)] SrsCall call, CancellationToken cancellation);

    [Get("/api/v1/summaries")]
    Task<IApiResponse<SummariesWire>> GetSummariesAsync([Property(SrsCall.Property)] SrsCall call, CancellationToken cancellation);

    [Get("/api/v1/vhosts/")]
    Task<IApiResponse<VhostsWire>> GetVhostsAsync(int start, int count, [Property(SrsCall.Property)] SrsCall call,
        CancellationToken cancellation);

    [Get("/api/v1/streams/")]
    Task<IApiResponse<StreamsWire>> GetStreamsAsync(int start, int count, [Property(SrsCall.Property)] SrsCall call,
        CancellationToken cancellation);

    [Get("/api/v1/clients/")]
    Task<IApiResponse<ClientsWire>> GetClientsAsync(int start, int count, [Property(SrsCall.Property)] SrsCall call,
        CancellationToken cancellation);

    [Get("/api/v1/clients/{id}")]
    Task<IApiResponse<OneClientWire>> GetClientAsync(string id, [Property(SrsCall.Property)] SrsCall call, CancellationToken cancellation);

    [Delete("/api/v1/clients/{id}")]
    Task<IApiResponse<SrsEnvelope>> DeleteClientAsync(string id, [Property(SrsCall.Property)] SrsCall call, CancellationToken cancellation);
}
