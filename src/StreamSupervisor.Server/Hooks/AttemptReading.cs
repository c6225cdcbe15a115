using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>What is known of an attempt before its key's entity is asked.</summary>
/// <param name="Key">The key that is meant; not the one that SRS named where the stream name carries a secret.</param>
/// <param name="Identity">Who it is for the takeover rules.</param>
/// <param name="Proven">Whether the identity rests on a credential or a registration.</param>
/// <param name="Credential">What became of its credential.</param>
/// <param name="WantsToPublish">Whether there is proof already in <c>on_connect</c> that it is about to publish and not to play.</param>
/// <param name="Hold">How long the key's policy lets it wait; the node's version may allow less.</param>
/// <param name="RefuseAfter">How long a refusal is kept back: more than nothing where wrong credentials pile up.</param>
internal readonly record struct AttemptReading(StreamKey Key, string Identity, bool Proven, CredentialVerdict Credential, bool WantsToPublish,
    TimeSpan Hold, TimeSpan RefuseAfter);

/// <summary>Reads an attempt off a hook that names a stream. Quick, and never throws for anything that an encoder sends.</summary>
internal delegate AttemptReading AttemptReader(SrsHook call);

/// <summary>Reads attempts by the settings: credentials, and the rules of <c>admission</c> for each key.</summary>
internal sealed class AttemptBook
{
    /// <summary>The identity of everyone who proved none, where whoever holds the key is the same person.</summary>
    public const string HolderOfTheKey = "key";

    private readonly PolicyBook _policies;
    private readonly CredentialGate _credentials;
    private readonly TimeProvider _time;

    public AttemptBook(PolicyBook policies, CredentialGate credentials, TimeProvider time)
    {
        _policies = policies;
        _credentials = credentials;
        _time = time;
    }

    /// <summary>The same settings for streams that are found instead of asked for.</summary>
    public KeyRules KeyRules => new(_credentials.EffectiveKeyOf, IdentityOf);

    public AttemptReading Read(SrsHook call)
    {
        var named = new StreamKey(call.Vhost, call.App, call.Stream);
        var credential = _credentials.Check(named, call.Param, call.Address, _time.GetUtcNow());
        var key = credential.EffectiveKey;
        return new AttemptReading(key, credential.Subject ?? IdentityOf(key, call.Address), credential.Subject is not null, credential.Verdict,
            credential.ProvesIntent || _policies.IsPublishOnly(key), _policies.PolicyFor(key).Hold, credential.AnswerAfter);
    }

    private string IdentityOf(StreamKey key, string address) =>
        _policies.IdentityFor(key) == IdentityRule.Address ? address : HolderOfTheKey;
}
