using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What a cookie says before it is looked at whether it is true.</summary>
/// <param name="Key">The API key that it names.</param>
/// <param name="SignedBy">What a true one is signed with.</param>
/// <param name="Said">What is signed.</param>
/// <param name="Proof">The signature.</param>
internal sealed record SessionClaim(ApiKey Key, byte[] SignedBy, string Said, byte[] Proof);

/// <summary>
/// The session of a browser: <c>name.expiry.HMAC-SHA256(key, name.expiry)</c>, each part in base64url but the expiry in seconds. Any member
/// makes and proves it from its own settings, so that nothing is shared and nothing is stored; a key that is removed ends its sessions,
/// and a role that is changed counts at once. Where the settings hold the hash of a key only, it stands in the place of the key, together
/// with what the store keeps (<see cref="SessionSecret"/>). ASP.NET's cookies would need a ring of keys that all members share.
/// </summary>
internal sealed class DashboardSession(ApiCallers callers, SessionSecret secret)
{
    /// <summary>A working day.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(12);

    /// <summary>A new session; null before the store has answered, where it is needed for this key.</summary>
    public string? Begin(ApiKey key, DateTimeOffset now)
    {
        if (SignerOf(key) is not { } signer)
        {
            return null;
        }

        var end = (now + Validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var said = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key.Caller.Name))}.{end}";
        return $"{said}.{Base64Url.EncodeToString(Sign(signer, said))}";
    }

    /// <summary>
    /// What is claimed; null where nothing is: no cookie, one that is over, or one of a key that is gone. And whether it can't be known
    /// before the store has answered.
    /// </summary>
    public (SessionClaim? Claim, bool IsUnknown) Read(string? cookie, DateTimeOffset now)
    {
        if (cookie?.Split('.') is not [var name, var end, var proof]
            || !long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds <= now.ToUnixTimeSeconds() || !Base64Url.IsValid(name) || !Base64Url.IsValid(proof)
            || callers.Named(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(name))) is not { } known)
        {
            return (null, false);
        }

        return SignerOf(known) is { } signer
            ? (new SessionClaim(known, signer, $"{name}.{end}", Base64Url.DecodeFromChars(proof)), false)
            : (null, true);
    }

    /// <summary>Whether it is true; compared in constant time.</summary>
    public static bool Holds(SessionClaim claim) => CryptographicOperations.FixedTimeEquals(Sign(claim.SignedBy, claim.Said), claim.Proof);

    private byte[]? SignerOf(ApiKey key) =>
        key.Secret ?? (secret.Value is { } shared ? HMACSHA256.HashData(shared, key.Hash) : null);

    private static byte[] Sign(byte[] key, string said) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(said));
}
