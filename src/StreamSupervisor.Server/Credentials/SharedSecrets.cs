using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Credentials;

/// <summary>The primary secret and, while keys are rotated, the secondary one. Both are always tried, in constant time.</summary>
internal sealed class SharedSecrets
{
    private readonly byte[][] _secrets;

    public SharedSecrets(string? primary, string? secondary)
        : this(new[] { primary, secondary }.OfType<string>().Where(s => s.Length > 0).Select(Encoding.UTF8.GetBytes).ToArray())
    {
    }

    public SharedSecrets(params byte[][] secrets)
    {
        _secrets = secrets.Length > 0 ? secrets : throw new ArgumentException("A secret is needed.", nameof(secrets));
    }

    public ReadOnlySpan<byte> Primary => _secrets[0];

    public IReadOnlyList<byte[]> All => _secrets;

    /// <summary>Whether the text is one of the secrets.</summary>
    public bool Contain(string text)
    {
        // Hashes are compared, so that neither the place of the first difference nor the length shows in the time.
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), given);
        Span<byte> ours = stackalloc byte[SHA256.HashSizeInBytes];
        var right = false;
        foreach (var secret in _secrets)
        {
            SHA256.HashData(secret, ours);
            right |= CryptographicOperations.FixedTimeEquals(given, ours);
        }

        return right;
    }

    /// <summary>Whether a proof is the one that one of the secrets makes.</summary>
    public bool Prove(ReadOnlySpan<byte> proof, Func<byte[], byte[]> make)
    {
        var right = false;
        foreach (var secret in _secrets)
        {
            right |= CryptographicOperations.FixedTimeEquals(proof, make(secret));
        }

        return right;
    }
}
