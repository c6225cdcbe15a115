using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Credentials;

/// <summary><c>?secret=…</c>: everybody who publishes under the rule knows the same word.</summary>
internal sealed class StaticSecret(SharedSecrets secrets, string parameter) : ICredentialCheck
{
    public const string DefaultParameter = "secret";

    public Verification Verify(in CredentialQuestion question) =>
        question.Parameters[parameter] is not { } given ? Verification.Missing
        : secrets.Contain(given) ? new Verification(CredentialVerdict.Valid)
        : Verification.Wrong;
}

/// <summary><c>cam1-…</c>: for encoders whose settings know no query; the gate has split the name.</summary>
internal sealed class StreamNameSecret(SharedSecrets secrets) : ICredentialCheck
{
    public Verification Verify(in CredentialQuestion question) =>
        question.StreamSecret.Length == 0 ? Verification.Missing
        : secrets.Contain(question.StreamSecret) ? new Verification(CredentialVerdict.Valid)
        : Verification.Wrong;
}
