using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// Tencent Cloud CSS, "hotlink protection" of push addresses: <c>?txSecret=…&amp;txTime=…</c>, where txSecret is the hex MD5 (newer:
/// SHA-256) of key + stream name + txTime as written, and txTime is Unix seconds in exactly eight hex digits. It is good until txTime plus
/// the validity period of the console. Source: www.tencentcloud.com/document/product/267/31560.
/// </summary>
internal sealed class TencentSignature(SharedSecrets secrets, TimeSpan validity) : ICredentialCheck
{
    public static string Sign(string stream, DateTimeOffset expires, string secret)
    {
        var time = expires.ToUnixTimeSeconds().ToString("X8", CultureInfo.InvariantCulture);
        return $"txSecret={Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(secret), stream, time, sha256: false))}&txTime={time}";
    }

    public Verification Verify(in CredentialQuestion question)
    {
        if (question.Parameters["txSecret"] is not { } given || question.Parameters["txTime"] is not { } time)
        {
            return Verification.Missing;
        }

        var stream = question.Key.Stream;
        return given.Length is 32 or 64 && TryReadTime(time, out var signed)
            && Hex.TryDecode(given) is { } proof
            && secrets.Prove(proof, secret => Hash(secret, stream, time, sha256: given.Length == 64))
            ? Verification.RightUntil(signed + validity, question)
            : Verification.Wrong;
    }

    // Exactly eight: stream and time stand side by side in what is hashed, so with any other length a ticket for cam1 would open cam at
    // another time.
    private static bool TryReadTime(string text, out DateTimeOffset time)
    {
        uint seconds = 0;
        var read = text.Length == 8 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out seconds);
        time = UnixTime.Of(seconds);
        return read;
    }

    // MD5 is theirs, not ours: the vendor's consoles and SDKs make these addresses.
#pragma warning disable CA5351
    private static byte[] Hash(byte[] secret, string stream, string time, bool sha256)
    {
        byte[] text = [.. secret, .. Encoding.UTF8.GetBytes(stream + time)];
        return sha256 ? SHA256.HashData(text) : MD5.HashData(text);
    }
#pragma warning restore CA5351
}

internal static class Hex
{
    public static byte[]? TryDecode(string text)
    {
        var bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length
            ? bytes
            : null;
    }
}
