using System.Net;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// Who may see the pages: who may call the API. A browser cannot send a key with every call, so it signs in once with one and keeps a
/// session in a cookie (<see cref="DashboardSession"/>). Without keys nobody signs in, and only this machine is answered.
/// </summary>
internal sealed class DashboardGate(ApiOptions options, TimeProvider time)
{
    public const string Cookie = "streamsupervisor";

    private readonly ApiCallers _callers = new(options);
    private readonly DashboardSession _sessions = new(options);

    /// <summary>Whether there is something to sign in with.</summary>
    public bool HasKeys => _callers.AskForKey;

    /// <summary>Who calls, or why it is not answered.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) Identify(HttpContext call)
    {
        var headers = call.Request.Headers;
        if (!HasKeys || CallOrigin.IsForeignPage(call.Request) || headers.Authorization.Count > 0 || headers.ContainsKey("X-Api-Key"))
        {
            return _callers.Identify(call);
        }

        return _sessions.Read(call.Request.Cookies[Cookie], time.GetUtcNow()) is { } claim
            ? _callers.Try(call, () => DashboardSession.Holds(claim) ? _callers.Find(claim.Key) : null)
            : (null, Problems.KeyMissing.Of("Sign in with an API key."));
    }

    /// <summary>Begins a session for the holder of a key.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) SignIn(HttpContext call, string key, string path)
    {
        var (caller, problem) = _callers.Try(call, () => _callers.Find(key));
        if (caller is not null && _sessions.Begin(caller, time.GetUtcNow()) is { } session)
        {
            call.Response.Cookies.Append(Cookie, session, CookieAt(call, path, DashboardSession.Validity));
        }

        return (caller, problem);
    }

    /// <summary>Ends the session of this browser.</summary>
    public static void SignOut(HttpContext call, string path) => call.Response.Cookies.Delete(Cookie, CookieAt(call, path, null));

    /// <summary>A cookie that no script reads and no other site sends; over plain HTTP only on this machine.</summary>
    public static CookieOptions CookieAt(HttpContext call, string path, TimeSpan? age) => new()
    {
        Path = path,
        MaxAge = age,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = !IsLoopback(call),
        IsEssential = true,
    };

    /// <summary>Whether the browser itself runs on this machine and names it so.</summary>
    private static bool IsLoopback(HttpContext call)
    {
        var host = call.Request.Host.Host.Trim('[', ']');
        return call.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !CallOrigin.IsForwarded(call.Request)
            && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(host, out var named) && IPAddress.IsLoopback(named)));
    }
}
