using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// What an attempt claims with the credential that a registration handed out. The credential alone proves nothing: the stream looks whether
/// its last registration is the one that is named, and else decides as if the credential had not been there.
/// </summary>
/// <param name="Mark">Names the registration: <see cref="MarkOf"/> of its id.</param>
/// <param name="Otherwise">The verdict without it.</param>
/// <param name="Identity">Who it is without it.</param>
/// <param name="Proven">Whether that identity is proven.</param>
public sealed record RegistrationClaim(string Mark, CredentialVerdict Otherwise, string Identity, bool Proven)
{
    /// <summary>
    /// A digest of a registration's id. Publish addresses stand in logs of SRS and of encoders, and whoever knows the id speaks for the
    /// registration.
    /// </summary>
    public static string MarkOf(string registrationId) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(registrationId)).AsSpan(0, 12));

    /// <summary>Whether the last registration of the key is the one that is named, and was made by <paramref name="identity"/>.</summary>
    public bool Holds(LiveStreamState state, string identity) =>
        state.Registration is { } last && last.EncoderId == identity && MarkOf(last.Id) == Mark;
}
