using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Server.Credentials;

/// <summary>What a token says. The names are short because they stand in every publish address.</summary>
/// <param name="Subject">Who may publish: the identity for the takeover rules.</param>
/// <param name="Key">The pattern of the keys that it is good for (<see cref="StreamPattern"/>).</param>
/// <param name="Expires">Until when a publish may start with it, in Unix seconds.</param>
/// <param name="Address">The only address that it is good from; null for any.</param>
/// <param name="Registration">The mark of the registration that handed it out; null in tokens for publishing.</param>
public sealed record TokenClaims(
    [property: JsonPropertyName("s")] string Subject,
    [property: JsonPropertyName("k")] string Key,
    [property: JsonPropertyName("e")] long Expires,
    [property: JsonPropertyName("a"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Address,
    [property: JsonPropertyName("r"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Registration = null);

/// <summary>
/// Our own token: <c>v1.{claims}.{mac}</c>; the claims are JSON in base64url, the mac is HMAC-SHA256 in base64url over
/// <c>purpose:v1.{claims}</c>. A back end in any language makes one in three lines. The purpose keeps a token for publishing and one that a
/// registration handed out apart, also when an operator uses one secret for both.
/// <para>Not a JWT: there the token says which algorithm checks it, and a word of JSON more costs characters that some encoders' address
/// fields lack.</para>
/// </summary>
public static class SignedToken
{
    public const string PublishPurpose = "publish";
    public const string RegistrationPurpose = "registration";
    public const int MaxLength = 2048;

    private const string Version = "v1.";
    internal const int MaxSubject = 128;

    public static string Sign(TokenClaims claims, ReadOnlySpan<byte> secret, string purpose = PublishPurpose)
    {
        var head = Version + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return $"{head}.{Base64Url.EncodeToString(Mac(secret, purpose, head))}";
    }

    /// <summary>Reads a token that one of the secrets signed; null for every other text, for whatever reason.</summary>
    internal static TokenClaims? Open(string token, SharedSecrets secrets, string purpose)
    {
        var dot = token.LastIndexOf('.');
        if (token.Length > MaxLength || dot < Version.Length || !token.StartsWith(Version, StringComparison.Ordinal)
            || Decode(token.AsSpan(dot + 1)) is not { } mac
            || !secrets.Prove(mac, secret => Mac(secret, purpose, token[..dot]))
            || Decode(token.AsSpan(Version.Length, dot - Version.Length)) is not { } json)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<TokenClaims>(json) is { Subject.Length: > 0 and <= MaxSubject, Key: not null } claims
                ? claims
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Mac(ReadOnlySpan<byte> secret, string purpose, string head) =>
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{purpose}:{head}"));

    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];

        // Not TryDecodeFromChars: despite its name it throws on a character that is not base64.
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done ? bytes[..written] : null;
    }
}

/// <summary>Checks <c>?token=…</c>.</summary>
internal sealed class SignedTokenCheck(SharedSecrets secrets, string parameter, string purpose) : ICredentialCheck
{
    public const string DefaultParameter = "token";

    public Verification Verify(in CredentialQuestion question)
    {
        if (question.Parameters[parameter] is not { } token)
        {
            return Verification.Missing;
        }

        return SignedToken.Open(token, secrets, purpose) is { } claims
            && IsFor(claims.Key, question.Key)
            && (claims.Address is null || IsSame(claims.Address, question.Address))
            ? Verification.RightUntil(UnixTime.Of(claims.Expires), question, claims.Subject)
            : Verification.Wrong;
    }

    private static bool IsFor(string claim, StreamKey key) => StreamPattern.TryParse(claim, out var pattern, out _) && pattern.Matches(key);

    private static bool IsSame(string wanted, string given) =>
        IPAddress.TryParse(wanted, out var a) && IPAddress.TryParse(given, out var b) && Plain(a).Equals(Plain(b));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

internal static class UnixTime
{
    private static readonly long s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>The moment; numbers that no calendar holds become its end or the beginning of the count.</summary>
    public static DateTimeOffset Of(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, s_last));
}
