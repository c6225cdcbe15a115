namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The innermost handler: what a call needs of HTTP. It reads the whole body while the call still holds its place and its timeout, and no
/// more of it than is bearable, whatever its headers say.
/// </summary>
internal sealed class SrsTransportHandler(int maxBody, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.ConnectionClose = true; // See NewSockets in SrsConnection.
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            var received = response.Content;
            response.Content = await SrsBody.ReadAsync(received, maxBody, cancellationToken);
            received.Dispose();
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
