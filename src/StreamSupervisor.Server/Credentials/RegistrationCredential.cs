using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// The short-lived credential in the addresses that registrations hand out: <c>?registration=v1.…</c>, our own token with the encoder as its subject. It is
/// accepted whatever the rule of the key asks for, and also where it asks for nothing: it is how SRS tells us which registration an attempt belongs to.
/// </summary>
public sealed class RegistrationCredential
{
    public const string Parameter = "registration";

    private readonly SharedSecrets _secrets;
    private readonly SignedTokenCheck _check;

    private RegistrationCredential(SharedSecrets secrets, TimeSpan validity)
    {
        _secrets = secrets;
        _check = new SignedTokenCheck(secrets, Parameter, SignedToken.RegistrationPurpose, exact: true);
        Validity = validity;
    }

    /// <summary>How long a handed-out credential is good for starting to publish.</summary>
    public TimeSpan Validity { get; }

    /// <param name="options">May name the keys.</param>
    /// <param name="sharedByMembers">
    /// What every member of the cluster knows and no stranger does (the hook tokens of all origins): the key is derived from it when none is configured.
    /// </param>
    public static RegistrationCredential Create(RegistrationCredentialOptions options, IEnumerable<string> sharedByMembers)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!string.IsNullOrEmpty(options.Primary))
        {
            return new RegistrationCredential(new SharedSecrets(options.Primary, options.Secondary), options.Validity);
        }

        var shared = sharedByMembers.Where(s => s.Length > 0).Order(StringComparer.Ordinal).ToList();
        var material = shared.Count > 0 ? Encoding.UTF8.GetBytes(string.Join('\n', shared)) : RandomNumberGenerator.GetBytes(32);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 32, info: "streamsupervisor registration credential"u8.ToArray());
        return new RegistrationCredential(new SharedSecrets(key), options.Validity);
    }

    /// <summary>The query to put behind a publish address: <c>registration=v1.…</c>.</summary>
    public string QueryFor(StreamKey key, string encoderId, DateTimeOffset now)
    {
        var claims = new TokenClaims(encoderId, key.ToString(), (now + Validity).ToUnixTimeSeconds(), Address: null);
        return $"{Parameter}={SignedToken.Sign(claims, _secrets.Primary, SignedToken.RegistrationPurpose)}";
    }

    internal Verification Verify(in CredentialQuestion question) => _check.Verify(question);
}
