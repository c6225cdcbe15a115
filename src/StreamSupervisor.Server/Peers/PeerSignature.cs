using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Peers;

/// <summary>
/// How members know each other: every request carries its time, a nonce and an HMAC-SHA256 over method, path with query, time, nonce and
/// body, made with the cluster's shared secret.
/// </summary>
/// <remarks>
/// Guarantees that whoever answers yes has seen a request that a holder of the secret made within <see cref="Tolerance"/>, once. It does
/// not hide anything: on networks that are listened to, use https addresses. Two secrets may be valid at once, for rotation: the first
/// signs, both verify. A nonce is remembered for twice the tolerance, in a bounded memory; when that is full, requests are refused rather
/// than nonces forgotten, since forgetting is what a replay needs.
/// </remarks>
internal sealed class PeerSignature
{
    public const string TimeHeader = "X-Peer-Time";
    public const string NonceHeader = "X-Peer-Nonce";
    public const string SignatureHeader = "X-Peer-Signature";

    /// <summary>How far the clocks of two members may be apart, network included.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    private const int NonceLength = 32;
    private readonly byte[][] _secrets;
    private readonly TimeProvider _time;
    private readonly int _maxNonces;
    private readonly Lock _gate = new();
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<(UInt128 Nonce, DateTimeOffset Until)> _expiry = new();

    /// <param name="secrets">The first signs; all verify. At least one, none empty.</param>
    public PeerSignature(IReadOnlyList<string> secrets, TimeProvider time, int maxNonces = 1_000_000)
    {
        if (secrets.Count == 0 || secrets.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("Members need a shared secret: cluster.secret.", nameof(secrets));
        }

        _secrets = [.. secrets.Select(Encoding.UTF8.GetBytes)];
        _time = time;
        _maxNonces = maxNonces;
    }

    /// <summary>Makes the headers of one request.</summary>
    public (string Time, string Nonce, string Signature) Sign(string method, string pathAndQuery, ReadOnlySpan<byte> body)
    {
        var time = _time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var nonce = RandomNumberGenerator.GetHexString(NonceLength, lowercase: true);
        return (time, nonce, Convert.ToHexStringLower(Compute(_secrets[0], method, pathAndQuery, time, nonce, body)));
    }

    /// <summary>Whether a request is signed by a member, fresh, and seen for the first time.</summary>
    public PeerVerdict Verify(string method, string pathAndQuery, string? time, string? nonce, string? signature, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(time) || nonce is not { Length: NonceLength } || signature is not { Length: 64 }
            || !UInt128.TryParse(nonce, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            return PeerVerdict.Unsigned;
        }

        Span<byte> given = stackalloc byte[32];
        if (Convert.FromHexString(signature, given, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return PeerVerdict.Unsigned;
        }

        // The signature before the time: a stranger learns nothing about our clock.
        var known = false;
        foreach (var secret in _secrets)
        {
            known |= CryptographicOperations.FixedTimeEquals(Compute(secret, method, pathAndQuery, time, nonce, body), given);
        }

        if (!known)
        {
            return PeerVerdict.WrongSignature;
        }

        var now = _time.GetUtcNow();
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || (now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).Duration() > Tolerance)
        {
            return PeerVerdict.Stale;
        }

        return Remember(number, now);
    }

    private PeerVerdict Remember(UInt128 nonce, DateTimeOffset now)
    {
        lock (_gate)
        {
            while (_expiry.TryPeek(out var oldest) && oldest.Until <= now)
            {
                _seen.Remove(oldest.Nonce);
                _expiry.Dequeue();
            }

            if (_seen.Contains(nonce))
            {
                return PeerVerdict.Replayed;
            }

            if (_seen.Count >= _maxNonces)
            {
                return PeerVerdict.Overloaded;
            }

            _seen.Add(nonce);
            _expiry.Enqueue((nonce, now + Tolerance + Tolerance));
            return PeerVerdict.Accepted;
        }
    }

    private static byte[] Compute(byte[] secret, string method, string pathAndQuery, string time, string nonce, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{method}\n{pathAndQuery}\n{time}\n{nonce}\n"));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}

/// <summary>What became of a request's signature. Zero never means yes.</summary>
internal enum PeerVerdict
{
    Unsigned,
    Accepted,
    WrongSignature,
    Stale,
    Replayed,
    Overloaded,
}
