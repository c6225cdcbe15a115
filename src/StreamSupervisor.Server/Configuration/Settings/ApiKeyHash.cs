using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>
/// An API key at rest, <c>sha256:HEX</c>. A key has 16 random characters or more, so nobody finds it by trying; a slow hash, which is for
/// words that people choose, would make each call cost what a wrong password may.
/// </summary>
internal static class ApiKeyHash
{
    public const string Prefix = "sha256:";

    /// <summary>The hash of a key.</summary>
    public static byte[] Of(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>The same as it is written.</summary>
    public static string TextOf(string key) => Prefix + Convert.ToHexStringLower(Of(key));

    /// <summary>Reads a hash as it is written; null: it is none.</summary>
    public static byte[]? Parse(string text)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length == Prefix.Length + (hash.Length * 2)
            && Convert.FromHexString(text.AsSpan(Prefix.Length), hash, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == hash.Length
                ? hash
                : null;
    }

    /// <summary>A new random key, of characters that every header and every shell takes as they are.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>When a key ends that is good until a day, which is its last, or until a time; null: the text is neither.</summary>
    public static DateTimeOffset? EndOf(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day == DateOnly.MaxValue ? DateTimeOffset.MaxValue : new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
        : DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.fffK"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time
        : null;
}
