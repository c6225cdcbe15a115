using System.Net;

namespace StreamSupervisor.Server.Api;

/// <summary>What the headers of a call say of where it comes from: a page in a browser, a proxy, a name that was pointed here.</summary>
internal static class CallOrigin
{
    /// <summary>Proxies say one of these. A call with any is not from this machine, whatever its connection says.</summary>
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP", "True-Client-IP"];

    /// <summary>
    /// Whether a page in a browser calls. For what only SRS calls: it never sends either header, and a page that posts plain text needs no
    /// permission.
    /// </summary>
    public static bool IsPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin");

    /// <summary>Whether a page of another site calls.</summary>
    public static bool IsForeignPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        // Browsers leave Sec-Fetch-Site out towards plain http on other machines; Origin comes with every POST of a page.
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, WithoutDefaultPort(request), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a proxy has passed the call on.</summary>
    public static bool IsForwarded(HttpRequest request) =>
        ProxyHeaders.Any(request.Headers.ContainsKey)
        || request.Headers.Keys.Any(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether the call names this machine by an address, or as localhost. Any other name may have been pointed here by somebody else, so
    /// that a browser takes his page for one of ours.
    /// </summary>
    public static bool IsPlainHost(HttpRequest request)
    {
        var host = request.Host.Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(host.Trim('[', ']'), out _);
    }

    private static string WithoutDefaultPort(HttpRequest request) =>
        request.Host.Port is { } port && port == (request.IsHttps ? 443 : 80) ? request.Host.Host : request.Host.Value ?? "";
}
