using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>What is known of an attempt before its stream is asked.</summary>
/// <param name="Key">The key that is meant; not the one that SRS named where the stream name carries a secret.</param>
/// <param name="Identity">Who it is for the takeover rules.</param>
/// <param name="Proven">Whether the identity rests on a credential or a registration.</param>
/// <param name="Credential">What became of its credential.</param>
/// <param name="WantsToPublish">Whether there is proof already in <c>on_connect</c> that it is about to publish and not to play.</param>
/// <param name="Hold">How long the key's policy lets it wait; the server's version may allow less.</param>
/// <param name="RefuseAfter">How long a refusal is kept back: more than nothing where wrong credentials pile up.</param>
internal readonly record struct PublishAttempt(StreamKey Key, string Identity, bool Proven, CredentialVerdict Credential,
    bool WantsToPublish,
    TimeSpan Hold, TimeSpan RefuseAfter)
{
    /// <summary>The registration that identity and credential rest on; null for none.</summary>
    public RegistrationClaim? Registered { get; init; }

    /// <summary>Whether its sender has guessed too often, so that its credential was not looked at.</summary>
    public bool Guessed { get; init; }

    /// <summary>Why nobody can look at its credential now; null: somebody has.</summary>
    public string? Undecided { get; init; }
}

/// <summary>
/// Reads an attempt off a hook that names a stream, by the settings: credentials, and the rules of <c>admission</c> for each key.
/// </summary>
internal sealed class PublishAttemptReader(Reloadable<PolicyBook> rules, Reloadable<CredentialGate> gate, TimeProvider time)
{
    /// <summary>The identity of everyone who proved none, where whoever holds the key is the same person.</summary>
    public const string HolderOfTheKey = "key";

    /// <summary>Quick, and never throws for anything that an encoder sends.</summary>
    /// <param name="named">The key as SRS named it.</param>
    public PublishAttempt Read(SrsHook hook, StreamKey named)
    {
        var policies = rules.Value;
        var credential = gate.Value.Check(named, hook.Param, hook.Address, time.GetUtcNow());
        var key = credential.EffectiveKey;
        return new PublishAttempt(key, credential.Subject
            ?? IdentityOf(policies, key, hook.Address), credential.Subject is not null, credential.Verdict,
            credential.ProvesIntent || policies.IsPublishOnly(key), policies.PolicyFor(key).Hold, credential.AnswerAfter)
        {
            Registered = credential.Registered is { Proven: false } claim
                ? claim with { Identity = IdentityOf(policies, key, hook.Address) }
                : credential.Registered,
            Guessed = credential.Refused is not null,
            Undecided = credential.Undecided ? "the key of registrations is not known before the store has answered once" : null,
        };
    }

    /// <summary>The key that a stream's name stands for: another one where the name carries a secret.</summary>
    public StreamKey EffectiveKeyOf(StreamKey named) => gate.Value.EffectiveKeyOf(named);

    /// <summary>Who an encoder is that has proven nothing.</summary>
    public string IdentityOf(StreamKey key, string address) => IdentityOf(rules.Value, key, address);

    private static string IdentityOf(PolicyBook policies, StreamKey key, string address) =>
        policies.IdentityFor(key) == IdentityRule.Address ? address : HolderOfTheKey;
}
