using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Credentials;

/// <summary>What became of the credential of one attempt.</summary>
/// <param name="Verdict">The verdict that the domain decides by.</param>
/// <param name="Subject">Who it proved to be; null where the scheme names nobody or nothing was proven. Set for an expired one too.</param>
/// <param name="EffectiveKey">The key that is meant: without the secret where that is part of the stream name.</param>
/// <param name="AnswerAfter">How long the caller lets this attempt wait: more than nothing only after repeated wrong credentials.</param>
/// <param name="Registered">
/// It carried the credential that a registration had handed out, and <paramref name="Subject"/> is the encoder; good only if the stream
/// knows that registration. Its <c>Identity</c> is the subject of the rule's own credential, empty for none. Null: no such credential.
/// </param>
/// <param name="Undecided">It carries one that can't be checked yet, because the store has not answered: a temporary refusal.</param>
/// <param name="Refused">The caller has guessed too often: its credential was not looked at.</param>
public readonly record struct CredentialResult(CredentialVerdict Verdict, string? Subject, StreamKey EffectiveKey, TimeSpan AnswerAfter,
    RegistrationClaim? Registered = null, bool Undecided = false, TimeSpan? Refused = null)
{
    /// <summary>Whether it proves the intent to publish, so that an <c>on_connect</c> may be used for admission.</summary>
    public bool ProvesIntent => Undecided || Verdict is CredentialVerdict.Valid or CredentialVerdict.Expired;

    // A result is passed about and logged; the effective key is safe to show, the original stream name may hold a secret.
    public override string ToString() => $"{Verdict} {Subject} {EffectiveKey}";
}

/// <summary>One look at a credential.</summary>
internal readonly record struct CredentialQuestion(StreamKey Key, string StreamSecret, CredentialParameters Parameters, string Address,
    DateTimeOffset Now, TimeSpan Skew);

/// <summary>What a scheme says.</summary>
internal readonly record struct Verification(CredentialVerdict Verdict, string? Subject = null)
{
    public static Verification Missing { get; } = new(CredentialVerdict.Missing);
    public static Verification Wrong { get; } = new(CredentialVerdict.Wrong);

    /// <summary>The verdict on a proof that is right but for its time.</summary>
    public static Verification RightUntil(DateTimeOffset expiry, in CredentialQuestion question, string? subject = null) =>
        new(question.Now <= Later(expiry, question.Skew) ? CredentialVerdict.Valid : CredentialVerdict.Expired, subject);

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) =>
        time > DateTimeOffset.MaxValue - by ? DateTimeOffset.MaxValue : time + by;
}

/// <summary>One way to prove that one may publish.</summary>
internal interface ICredentialCheck
{
    Verification Verify(in CredentialQuestion question);
}
