using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Credentials;

/// <summary>
/// The short-lived credential in the addresses that registrations hand out: <c>?registration=v1.…</c>, our own token with the encoder as
/// its subject and a mark of its registration. It is how SRS tells us which registration an attempt belongs to.
/// <para>
/// The key that signs it is random and its own, made at the first start and kept in the store. It was derived from the hook tokens once:
/// those stand in srs.conf, in logs and in examples, and whoever read one could publish any protected key.
/// </para>
/// </summary>
public sealed class RegistrationCredential
{
    public const string Parameter = "registration";

    private volatile Named _named;
    private volatile SharedSecrets? _stored;

    /// <param name="options">May name the keys; else none is known before <see cref="Use(byte[])"/>.</param>
    public RegistrationCredential(RegistrationCredentialOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _named = Named.In(options);
    }

    /// <summary>How long a handed-out credential is good for starting to publish.</summary>
    public TimeSpan Validity => _named.Validity;

    /// <summary>Whether there is a key; before the store has answered for the first time there is none.</summary>
    public bool IsReady => Secrets is not null;

    /// <summary>The keys of the settings, else that of the store.</summary>
    private SharedSecrets? Secrets => _named.Secrets ?? _stored;

    /// <summary>Takes the key of the store, for when the settings name none.</summary>
    public void Use(byte[] key) => _stored ??= new SharedSecrets(key);

    /// <summary>The settings say this from now on.</summary>
    public void Use(RegistrationCredentialOptions options) => _named = Named.In(options);

    /// <summary>The query to put behind a publish address: <c>registration=v1.…</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no key yet.</exception>
    public string QueryFor(StreamKey key, string encoderId, string registrationId, DateTimeOffset now)
    {
        var secrets = Secrets ?? throw new InvalidOperationException("The key of registrations is not known yet.");
        var claims = new TokenClaims(encoderId, key.ToString(), (now + Validity).ToUnixTimeSeconds(), Address: null,
            RegistrationClaim.MarkOf(registrationId));
        return $"{Parameter}={SignedToken.Sign(claims, secrets.Primary, SignedToken.RegistrationPurpose)}";
    }

    /// <summary>Reads it off an attempt. What is no credential of ours is as if it were not there.</summary>
    internal RegistrationReading Read(in CredentialQuestion question)
    {
        if (question.Parameters[Parameter] is not { } token)
        {
            return default;
        }

        if (Secrets is not { } secrets)
        {
            return new RegistrationReading(CredentialVerdict.Missing, Undecided: true);
        }

        // The claim is a key and no pattern: a stream may be called *, and a credential for it is not one for all.
        if (SignedToken.Open(token, secrets, SignedToken.RegistrationPurpose) is not { Registration: { } mark } claims
            || claims.Key != question.Key.ToString())
        {
            return default;
        }

        var right = Verification.RightUntil(UnixTime.Of(claims.Expires), question, claims.Subject);
        return new RegistrationReading(right.Verdict, Undecided: false, claims.Subject, mark);
    }

    /// <summary>What the settings say.</summary>
    private sealed record Named(SharedSecrets? Secrets, TimeSpan Validity)
    {
        public static Named In(RegistrationCredentialOptions options) => new(
            string.IsNullOrEmpty(options.Primary) ? null : new SharedSecrets(options.Primary, options.Secondary), options.Validity);
    }
}

/// <summary>What stands in an attempt's credential of a registration.</summary>
/// <param name="Verdict">Valid or expired; anything else: there is none.</param>
/// <param name="Undecided">There is one, and the key that would check it is not known yet.</param>
/// <param name="Subject">The encoder.</param>
/// <param name="Mark">Of the registration.</param>
internal readonly record struct RegistrationReading(CredentialVerdict Verdict, bool Undecided, string? Subject = null, string? Mark = null);
