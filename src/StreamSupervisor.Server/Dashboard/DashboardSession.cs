using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What a cookie says before it is looked at whether it is true.</summary>
/// <param name="Name">The name of the API key.</param>
/// <param name="Key">The API key.</param>
/// <param name="Said">What is signed.</param>
/// <param name="Proof">The signature.</param>
internal sealed record SessionClaim(string Name, string Key, string Said, byte[] Proof);

/// <summary>
/// The session of a browser: <c>name.expiry.HMAC-SHA256(key, name.expiry)</c>, each part in base64url but the expiry in seconds. Any member
/// makes and proves it from its own settings, so that nothing is shared and nothing is stored; a key that is removed ends its sessions,
/// and a role that is changed counts at once. ASP.NET's cookies would need a ring of keys that all members share.
/// </summary>
internal sealed class DashboardSession(ApiOptions options)
{
    /// <summary>A working day.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(12);

    /// <summary>A new session; null for a caller without a key.</summary>
    public string? Begin(ApiCaller caller, DateTimeOffset now)
    {
        if (options.Keys.Find(key => key.Name == caller.Name) is not { } known)
        {
            return null;
        }

        var end = (now + Validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var said = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(caller.Name))}.{end}";
        return $"{said}.{Base64Url.EncodeToString(Sign(known.Key, said))}";
    }

    /// <summary>What is claimed; null where nothing is: no cookie, one that is over, or one of a key that is gone.</summary>
    public SessionClaim? Read(string? cookie, DateTimeOffset now)
    {
        if (cookie?.Split('.') is not [var name, var end, var proof]
            || !long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds <= now.ToUnixTimeSeconds() || !Base64Url.IsValid(name) || !Base64Url.IsValid(proof))
        {
            return null;
        }

        var known = options.Keys.Find(key => key.Name == Encoding.UTF8.GetString(Base64Url.DecodeFromChars(name)));
        return known is null ? null : new SessionClaim(known.Name, known.Key, $"{name}.{end}", Base64Url.DecodeFromChars(proof));
    }

    /// <summary>Whether it is true; compared in constant time.</summary>
    public static bool Holds(SessionClaim claim) =>
        CryptographicOperations.FixedTimeEquals(Sign(claim.Key, claim.Said), claim.Proof);

    private static byte[] Sign(string key, string said) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(said));
}
