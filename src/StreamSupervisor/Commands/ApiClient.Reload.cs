using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

internal sealed partial class SupervisorApiClient
{
    /// <summary>Has the supervisor read its settings again.</summary>
    /// <param name="by">Who orders it; null: the supervisor names the caller.</param>
    /// <param name="why">What for; null where nobody says.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ApiAnswer<ReloadView>> ReloadAsync(string? by, string? why, CancellationToken cancellation) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/api/v1/reload" + Query(("by", by), ("why", why))),
        ApiJson.Shared.ReloadView,
        cancellation);
}
