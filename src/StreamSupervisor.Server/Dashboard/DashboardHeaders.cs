namespace StreamSupervisor.Server.Dashboard;

/// <summary>What browsers are told with every answer.</summary>
internal static class DashboardHeaders
{
    /// <summary>Nothing but what this member serves; no script and no style in a page, no frame around one.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; "
        + "base-uri 'self'; frame-ancestors 'none'";

    public static void Set(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Not no-referrer: under it browsers send "Origin: null" with our own forms, and over plain HTTP towards another machine that is
        // all they send, so that an order could not be told from one of a foreign page.
        headers["Referrer-Policy"] = "same-origin";
    }
}
