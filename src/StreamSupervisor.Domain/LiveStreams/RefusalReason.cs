namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// Why an attempt was refused: a closed set with stable names. <c>RefusalCatalog</c> says of each whether it is temporary, when to
/// try again, the number that SRS logs, and a sentence for the person in front of the encoder, in English and in Chinese.
/// </summary>
public enum RefusalReason
{
    /// <summary>No reason was given; never answered.</summary>
    Unknown,

    // Permanent: trying again without a change does not help.

    /// <summary>A credential is asked for and none came.</summary>
    CredentialMissing,

    /// <summary>The credential is wrong.</summary>
    CredentialWrong,

    /// <summary>The credential has expired.</summary>
    CredentialExpired,

    /// <summary>An operator locked the key.</summary>
    Locked,

    /// <summary>The key is pinned to another identity.</summary>
    PinnedToAnother,

    /// <summary>The stream key is malformed or too long.</summary>
    InvalidKey,

    /// <summary>The key's journal cannot be read; permanent until an operator ends its quarantine.</summary>
    Quarantined,

    // Temporary: trying again later may help.

    /// <summary>Another encoder has reserved the key.</summary>
    Reserved,

    /// <summary>A newer attempt of the same identity took this one's place.</summary>
    Superseded,

    /// <summary>Two encoders push each other out; the incumbent is kept for a while.</summary>
    FightCoolDown,

    /// <summary>The policy keeps a publisher that is alive.</summary>
    IncumbentAlive,

    /// <summary>A handover for another identity is running.</summary>
    HandoverRunning,

    /// <summary>The old session could not be removed within the hold budget; its removal goes on.</summary>
    HoldExhausted,

    /// <summary>SRS holds a ghost of the key on this node until it is restarted.</summary>
    Wedged,

    /// <summary>The encoder went away while it was held.</summary>
    Withdrawn,

    /// <summary>The supervisor is overloaded, starting or has no owner for the key.</summary>
    Unavailable,

    /// <summary>Too many wrong credentials came from this address; none is looked at for a while.</summary>
    TooManyGuesses,

    /// <summary>
    /// The old session holds the key, and the API of its server forbids to remove it; SRS itself ends it when it is dead.
    /// </summary>
    KickForbidden,
}
