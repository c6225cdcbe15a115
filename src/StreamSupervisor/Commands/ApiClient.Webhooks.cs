using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Commands;

/// <content>Who is told what happens.</content>
internal sealed partial class SupervisorApiClient
{
    public Task<ApiAnswer<WebhookList>> ListWebhooksAsync(CancellationToken cancellation) =>
        GetAsync("/api/v1/webhooks", WebhookJson.Shared.WebhookList, cancellation);

    /// <param name="webhook">Its name or its number.</param>
    /// <param name="order">Why, and from where on.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ApiAnswer<WebhookView>> RedeliverAsync(string webhook, RedeliverBody order, CancellationToken cancellation)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(order, WebhookJson.Shared.RedeliverBody))
        {
            Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) },
        };
        return SendAsync(
            new HttpRequestMessage(HttpMethod.Post, $"/api/v1/webhooks/{Uri.EscapeDataString(webhook)}/redeliver") { Content = body },
            WebhookJson.Shared.WebhookView, cancellation);
    }
}
