using System.Net;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// Who may see the pages: who may call the API. A browser cannot send a key with every call, so it signs in once with one and keeps a
/// session in a cookie (<see cref="DashboardSession"/>). Without keys nobody signs in, and only this machine is answered.
/// </summary>
internal sealed class DashboardGate(ApiCallers callers, SessionSecret secret, TimeProvider time)
{
    public const string Cookie = "streamsupervisor";

    private readonly DashboardSession _sessions = new(callers, secret);

    private static ApiProblem NotYet => Problems.Unavailable.Of(
        "The store has not answered yet, so this member can't prove a session. Ask another member, or try again.");

    /// <summary>Whether there is something to sign in with.</summary>
    public bool HasKeys => callers.AskForKey;

    /// <summary>Who calls, or why it is not answered.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) Identify(HttpContext call)
    {
        var headers = call.Request.Headers;
        if (!HasKeys || CallOrigin.IsForeignPage(call.Request) || headers.Authorization.Count > 0 || headers.ContainsKey("X-Api-Key"))
        {
            return callers.Identify(call);
        }

        var (claim, isUnknown) = _sessions.Read(call.Request.Cookies[Cookie], time.GetUtcNow());
        return isUnknown ? (null, NotYet)
            : claim is not null ? callers.Try(call, () => DashboardSession.Holds(claim) ? claim.Key : null)
            : (null, Problems.KeyMissing.Of("Sign in with an API key."));
    }

    /// <summary>Begins a session for the holder of a key.</summary>
    public (ApiCaller? Caller, ApiProblem? Problem) SignIn(HttpContext call, string key, string path)
    {
        ApiKey? known = null;
        var (caller, problem) = callers.Try(call, () => known = callers.Find(key));
        if (caller is null)
        {
            return (null, problem);
        }

        if (_sessions.Begin(known!, time.GetUtcNow()) is not { } session)
        {
            return (null, NotYet);
        }

        call.Response.Cookies.Append(Cookie, session, CookieAt(call, path, DashboardSession.Validity));
        return (caller, null);
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
        Secure = call.Request.IsHttps || !IsLoopback(call),
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
