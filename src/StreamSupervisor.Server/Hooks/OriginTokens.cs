using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Which SRS server an address of ours belongs to. The token in the address is all that authenticates the call, so the time of a look-up
/// tells nothing about it: hashes of one length are compared, and always with all of them.
/// </summary>
internal abstract class OriginTokens
{
    /// <summary>No token is longer; nobody makes us hash a long one.</summary>
    private const int MaxLength = 512;

    private volatile List<(byte[] Hash, string Origin)> _tokens;

    protected OriginTokens(IEnumerable<(string Token, string Origin)> tokens) => _tokens = Hashed(tokens);

    /// <summary>These are good from now on, and no others.</summary>
    protected void Use(IEnumerable<(string Token, string Origin)> tokens) => _tokens = Hashed(tokens);

    private static List<(byte[] Hash, string Origin)> Hashed(IEnumerable<(string Token, string Origin)> tokens) =>
    [
        // An empty token would open the door to everybody who leaves it out.
        .. tokens.Where(one => one.Token.Length > 0).Select(one => (SHA256.HashData(Encoding.UTF8.GetBytes(one.Token)), one.Origin)),
    ];

    /// <returns>The configured name of the server; null for a token that is nobody's.</returns>
    public string? Find(string? token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[MaxLength * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(token, bytes)], hash);
        string? found = null;
        foreach (var (known, origin) in _tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
            {
                found = origin;
            }
        }

        return found;
    }
}
