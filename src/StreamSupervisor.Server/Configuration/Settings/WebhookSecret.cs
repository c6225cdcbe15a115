using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>A secret of Standard Webhooks, and what it signs. Never written anywhere.</summary>
internal sealed class WebhookSecret
{
    public const string Prefix = "whsec_";

    /// <summary>Fewer may be guessed; more than the block of SHA-256 add nothing.</summary>
    private const int Least = 24;
    private const int Most = 64;

    private readonly byte[] _key;

    /// <param name="key">What stands behind the prefix, decoded.</param>
    internal WebhookSecret(byte[] key) => _key = key;

    /// <summary>Reads a secret as it is written; null: it is none.</summary>
    public static WebhookSecret? Parse(string text)
    {
        var room = new byte[Most + 3];
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], room, out var length) && length is >= Least and <= Most
            ? new WebhookSecret(room[..length])
            : null;
    }

    /// <summary>A new random one, as it is written.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The signature of a message, for the header <c>webhook-signature</c>.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: when it is sent, in seconds since 1970.</param>
    /// <param name="body">As it is sent.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        mac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        mac.AppendData(body);
        return $"v1,{Convert.ToBase64String(mac.GetHashAndReset())}";
    }
}
