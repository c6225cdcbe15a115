namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// An encoder announces over the API that it is about to publish: the pre-publish check. Answered with a <see cref="RegistrationReply"/>.
/// Idempotent: the same encoder and attempt hear the same answer, as it stands then.
/// </summary>
/// <param name="RegistrationId">The name that a new registration gets; a repeated one keeps the one that it has.</param>
/// <param name="EncoderId">The encoder; its identity for the takeover rules, proven by the credential in the address that it is
/// handed.</param>
/// <param name="Attempt">Which try of the encoder it is.</param>
/// <param name="Credential">What became of its credential.</param>
/// <param name="Subject">Who the credential proved it to be; null where it names nobody.</param>
/// <param name="Address">Where the announcement came from.</param>
/// <param name="ReserveFor">How long the key is kept for it.</param>
/// <param name="LastError">Why its try before ended, as it says.</param>
public sealed record Register(string RegistrationId, string EncoderId, int Attempt, CredentialVerdict Credential, string? Subject,
    string Address, TimeSpan ReserveFor, string? LastError) : LiveStreamCommand;

/// <summary>A registered encoder is still there: its reservation is prolonged. Answered with a <see cref="RegistrationReply"/>.</summary>
public sealed record RenewRegistration(string RegistrationId, TimeSpan ReserveFor) : LiveStreamCommand;

/// <summary>The last registration of a key.</summary>
/// <param name="Tries">How many in a row this encoder has made without getting on air, this one included.</param>
public sealed record Registration(string Id, string EncoderId, int Attempt, DateTimeOffset At, int Tries);

/// <summary>The key is kept for a registered encoder.</summary>
public sealed record EncoderRegistered(DateTimeOffset At, string RegistrationId, string EncoderId, int Attempt, DateTimeOffset Until,
    int Tries, string? LastError) : LiveStreamEvent(At);

/// <summary>An encoder announced itself and was refused.</summary>
public sealed record RegistrationRefused(DateTimeOffset At, string EncoderId, int Attempt, RefusalReason Reason, TimeSpan? RetryAfter,
    string? LastError) : LiveStreamEvent(At);

/// <summary>What a registered encoder shall do. Zero never means yes.</summary>
public enum RegistrationDecision
{
    /// <summary>There is no such registration: it ran out, or another one took its place.</summary>
    Unknown,

    /// <summary>The way is free.</summary>
    Publish,

    /// <summary>What is in the way is being removed.</summary>
    Wait,

    /// <summary>Not now, or never; the reason says which.</summary>
    Refused,
}

/// <summary>The answer to a registration.</summary>
/// <param name="Reason">Why it is not to publish now; Unknown when it is.</param>
/// <param name="Until">Until when the key is kept for it.</param>
/// <param name="LastOrigin">The node that had the stream last; empty where unknown.</param>
/// <param name="WedgedOn">Nodes that cannot take this key.</param>
/// <param name="OnAir">Whether the session of the key is the registered encoder's, and nobody has ordered it away; null from a member
/// that does not say.</param>
public sealed record RegistrationReply(string RegistrationId, RegistrationDecision Decision, long Generation, RefusalReason Reason,
    TimeSpan? RetryAfter, DateTimeOffset? Until, int Tries, string LastOrigin, IReadOnlyList<string> WedgedOn,
    bool? OnAir = null) : LiveStreamReply;
