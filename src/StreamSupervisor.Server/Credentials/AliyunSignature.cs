using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// Alibaba Cloud's URL signing, type A: <c>?auth_key=timestamp-rand-uid-md5</c>, where md5 is the hex MD5 of
/// <c>/app/stream-timestamp-rand-uid-key</c>. It is good until timestamp plus the validity period of the console (30 minutes unless changed
/// there). Source: www.alibabacloud.com/help/doc-detail/85113.html and help.aliyun.com/zh/live/user-guide/url-signing.
/// </summary>
internal sealed class AliyunSignature(SharedSecrets secrets, TimeSpan validity) : ICredentialCheck
{
    public const string Parameter = "auth_key";
    public static readonly TimeSpan DefaultValidity = TimeSpan.FromMinutes(30);

    /// <param name="timestamp">Good until this plus the validity period.</param>
    public static string Sign(string app, string stream, DateTimeOffset timestamp, string secret, string rand = "0", string uid = "0")
    {
        var head = $"{timestamp.ToUnixTimeSeconds()}-{rand}-{uid}";
        return $"{Parameter}={head}-{Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(secret), app, stream, head))}";
    }

    public Verification Verify(in CredentialQuestion question)
    {
        if (question.Parameters[Parameter] is not { } given)
        {
            return Verification.Missing;
        }

        var (app, stream) = (question.Key.App, question.Key.Stream);
        var dash = given.LastIndexOf('-');
        return given.Length <= 256 && dash > 0 && given.Count(c => c == '-') == 3
            && given.Length - dash - 1 == 32 && Hex.TryDecode(given[(dash + 1)..]) is { } proof
            && long.TryParse(given.AsSpan(0, given.IndexOf('-', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture,
                out var signed)
            && secrets.Prove(proof, secret => Hash(secret, app, stream, given[..dash]))
            ? Verification.RightUntil(UnixTime.Of(signed) + validity, question)
            : Verification.Wrong;
    }

    // MD5 is theirs, not ours: the vendor's consoles and SDKs make these addresses.
#pragma warning disable CA5351
    private static byte[] Hash(byte[] secret, string app, string stream, string head) =>
        MD5.HashData([.. Encoding.UTF8.GetBytes($"/{app}/{stream}-{head}-"), .. secret]);
#pragma warning restore CA5351
}
