using System.Text.Json;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Registrations;

namespace StreamSupervisor.Commands;

internal sealed partial class SupervisorApiClient
{
    public Task<ApiAnswer<OverviewView>> GetOverviewAsync(CancellationToken cancellation) =>
        GetAsync("/api/v1/overview", ApiJson.Shared.OverviewView, cancellation);

    public Task<ApiAnswer<DrainAnswer>> DrainOriginAsync(string name, DrainRequest order, CancellationToken cancellation) => SendAsync(
        new HttpRequestMessage(HttpMethod.Put, $"/api/v1/origins/{Uri.EscapeDataString(name)}")
        {
            Content = JsonOf(JsonSerializer.SerializeToUtf8Bytes(order, RegistrationJson.Shared.DrainRequest)),
        },
        RegistrationJson.Shared.DrainAnswer,
        cancellation);

    /// <summary>Has an SRS node looked at; answered with what is known of it so far.</summary>
    public Task<ApiAnswer<OriginView>> LookAtOriginAsync(string name, CancellationToken cancellation) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, $"/api/v1/origins/{Uri.EscapeDataString(name)}/look"),
        ApiJson.Shared.OriginView,
        cancellation);
}
