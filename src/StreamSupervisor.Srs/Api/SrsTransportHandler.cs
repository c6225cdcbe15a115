namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The innermost handler: what a call needs of HTTP. It reads the whole body while the call still holds its place and its timeout, and no
/// more of it than is bearable, whatever its headers say.
/// </summary>
internal sealed class SrsTransportHandler(int maxBody, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private volatile bool _closes;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.ConnectionClose = _closes;
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            _closes = IsSrs4(response);
            await response.Content.LoadIntoBufferAsync(maxBody, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// SRS 4 keeps connections alive and answers each later call on one after 44 ms (Nagle and delayed ACK); a new connection takes 0.34 ms.
    /// SRS 5 and later close by themselves. Behind a proxy it is the proxy that says its name here, and its connections are kept.
    /// </summary>
    private static bool IsSrs4(HttpResponseMessage response)
    {
        foreach (var server in response.Headers.Server)
        {
            if (server.Product is { Name: "SRS", Version: { } version } && version.StartsWith("4.", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
