using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// What all members share that no file of settings holds, for the sessions of keys of which the settings hold only the hash: signed with
/// that hash alone, whoever reads the settings could make a session.
/// </summary>
internal sealed class SessionSecret
{
    private volatile byte[]? _secret;

    /// <summary>The secret; null before the store has answered.</summary>
    public byte[]? Value => _secret;

    /// <summary>Derives it of the random key that the store keeps for what registrations hand out.</summary>
    public void Use(byte[] shared) => _secret = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, shared, SHA256.HashSizeInBytes, info: Encoding.ASCII.GetBytes("streamsupervisor sessions"));
}
