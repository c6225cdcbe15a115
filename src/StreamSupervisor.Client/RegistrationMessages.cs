namespace StreamSupervisor.Client;

/// <summary>An encoder announces that it is about to publish a stream.</summary>
/// <param name="Key">The stream key: <c>app/stream</c> or <c>vhost/app/stream</c>.</param>
/// <param name="EncoderId">Names the encoder. Keep it over restarts: it is the identity that may take its own stream back.</param>
/// <param name="Attempt">Counts this encoder's tries since it was last on air, from 1. The same encoder and attempt hear the same
/// answer.</param>
public sealed record RegistrationRequest(string Key, string EncoderId, int Attempt)
{
    /// <summary>
    /// The credential for the key, written as the query of a publish address would be: <c>token=v1.…</c>. Null where none is asked for.
    /// </summary>
    public string? Credential { get; init; }

    /// <summary>Why the try before this one ended, for the people who look at the stream's timeline. Secrets do not belong here.</summary>
    public string? LastError { get; init; }

    /// <summary>
    /// The name of the origin that the encoder would like to publish to. A wish: an origin that is down or drained is not given.
    /// </summary>
    public string? PreferOrigin { get; init; }

    /// <summary>The broadcast is over: nothing is reserved, and no reconnect window is kept open.</summary>
    public bool Goodbye { get; init; }
}

/// <summary>Renews a registration and says how it goes.</summary>
public sealed record RegistrationUpdate
{
    /// <summary>What the encoder does: <c>waiting</c>, <c>connecting</c> or <c>publishing</c>.</summary>
    public string? State { get; init; }

    /// <summary>What went wrong last, if anything did.</summary>
    public string? LastError { get; init; }
}

/// <summary>What an encoder shall do. Zero never means yes.</summary>
public enum RegistrationDecision
{
    /// <summary>Nothing was said.</summary>
    Unknown,

    /// <summary>Publish to one of the addresses, in their order.</summary>
    Publish,

    /// <summary>The way is not free yet: wait for the next decision.</summary>
    Wait,

    /// <summary>Do not publish; the reason says why, and whether trying again helps.</summary>
    Refused,
}

/// <summary>Where to publish.</summary>
/// <param name="Origin">The name of the SRS server.</param>
/// <param name="Url">The address, with a short-lived credential in it: do not show it to people and do not keep it.</param>
public sealed record PublishTarget(string Origin, string Url);

/// <summary>A sentence for the person in front of the encoder.</summary>
/// <param name="En">In English.</param>
/// <param name="Zh">In Chinese (zh-CN).</param>
public sealed record LocalizedText(string En, string Zh)
{
    /// <summary>The sentence in a language: Chinese for <c>zh</c> and its kin, else English.</summary>
    /// <param name="language">A language tag, such as <c>en</c> or <c>zh-CN</c>.</param>
    /// <returns>The sentence.</returns>
    public string In(string? language) => language?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true && Zh.Length > 0 ? Zh : En;
}

/// <summary>The supervisor's answer to a registration.</summary>
public sealed record RegistrationAnswer
{
    /// <summary>Names the registration in the calls that follow; empty for one that was refused for good.</summary>
    public string RegistrationId { get; init; } = "";

    /// <summary>What to do.</summary>
    public RegistrationDecision Decision { get; init; }

    /// <summary>Where to publish, best first; empty unless <see cref="Decision"/> says to publish.</summary>
    public IReadOnlyList<PublishTarget> Publish { get; init; } = [];

    /// <summary>The stream's generation: the fencing token of who owns it.</summary>
    public long Generation { get; init; }

    /// <summary>Whether this encoder is on air, as far as the supervisor knows; null when it does not say.</summary>
    public bool? OnAir { get; init; }

    /// <summary>Until when the stream is kept for this encoder; null when it is not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When trying again pays, in milliseconds; null when it does not or need not be waited for.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>Further tries that make sense before a longer pause; null when unknown.</summary>
    public int? AttemptsLeft { get; init; }

    /// <summary>
    /// The stable name of the reason, such as <c>reserved</c> or <c>credential-wrong</c>; null when there is nothing to explain.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary><c>temporary</c> or <c>permanent</c>; null without a reason.</summary>
    public string? Kind { get; init; }

    /// <summary>The reason as a sentence; null without one.</summary>
    public LocalizedText? Text { get; init; }

    /// <summary>Whether trying again without a change is in vain.</summary>
    public bool IsPermanent => Decision == RegistrationDecision.Refused && Kind == "permanent";
}
