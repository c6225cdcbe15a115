using System.Net;
using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Api;

/// <summary>Who calls: stands in the journal as the one who gave an order.</summary>
/// <param name="Name">The name of the API key, or <c>local</c>.</param>
/// <param name="MayOperate">Whether it may change anything.</param>
internal sealed record ApiCaller(string Name, bool MayOperate)
{
    public static readonly ApiCaller Local = new("local", MayOperate: true);
}

/// <summary>
/// Decides who may call. Without API keys, whoever is on this machine may do everything; with keys, every caller needs one, on this machine
/// too: the operator who wrote keys into the settings wants to know who does what.
///
/// Being on this machine is told by the connection and nothing else. Two kinds of callers are on this machine and yet speak for
/// somebody who is not, and are refused: a browser that shows a foreign page (it says so in <c>Origin</c> and <c>Sec-Fetch-Site</c>; a name
/// that was pointed to 127.0.0.1 to pass for the same site shows in <c>Host</c>), and a reverse proxy (most of them say so in
/// <c>X-Forwarded-For</c> or <c>Forwarded</c>; one that keeps it to itself can't be told from a local program, so keys belong behind a proxy).
/// </summary>
internal sealed class ApiCallers
{
    private readonly IReadOnlyList<(byte[] Hash, ApiCaller Caller)> _keys;

    public ApiCallers(ApiOptions options)
    {
        _keys = [.. options.Keys.Select(key => (Hash(key.Key), new ApiCaller(key.Name, key.Role == "operate")))];
    }

    /// <summary>Who it is, or why it is not answered.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) Identify(HttpContext call)
    {
        if (IsForeignPage(call.Request))
        {
            return (null, Problems.CrossSite.Of("This call comes from a web page of another site. Call from a program, or from the supervisor's own pages."));
        }

        return _keys.Count == 0 ? IdentifyLocal(call) : IdentifyByKey(call.Request);
    }

    private static (ApiCaller?, ApiProblem?) IdentifyLocal(HttpContext call)
    {
        const string fix = "Set api.keys in the configuration and send one as 'Authorization: Bearer KEY'.";
        var address = call.Connection.RemoteIpAddress;
        if (address is null || !IPAddress.IsLoopback(address))
        {
            return (null, Problems.LoopbackOnly.Of($"No API keys are configured, so only callers from loopback are answered. {fix}"));
        }

        var headers = call.Request.Headers;
        if (headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("Forwarded"))
        {
            return (null, Problems.LoopbackOnly.Of($"No API keys are configured, and this call was forwarded by a proxy. {fix}"));
        }

        var host = call.Request.Host.Host;
        if (host != "localhost" && !host.EndsWith(".localhost", StringComparison.Ordinal) && !IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            return (null, Problems.LoopbackOnly.Of(
                $"No API keys are configured, so the host must be written as localhost or as an address, not as a name. {fix}"));
        }

        return (ApiCaller.Local, null);
    }

    private (ApiCaller?, ApiProblem?) IdentifyByKey(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        var presented = authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[scheme.Length..].Trim()
            : request.Headers["X-Api-Key"].ToString();
        if (presented.Length == 0)
        {
            return (null, Problems.KeyMissing.Of("Send an API key as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'."));
        }

        // All keys are compared, each over its hash: neither how much of a key is right nor which one was tried shows in the time.
        var hash = Hash(presented);
        ApiCaller? found = null;
        foreach (var (known, caller) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
            {
                found ??= caller;
            }
        }

        return found is null ? (null, Problems.KeyWrong.Of("The API key that was sent is not one of api.keys.")) : (found, null);
    }

    private static bool IsForeignPage(HttpRequest request)
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

    private static string WithoutDefaultPort(HttpRequest request) =>
        request.Host.Port is { } port && port == (request.IsHttps ? 443 : 80) ? request.Host.Host : request.Host.Value ?? "";

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
