using System.Text.Json.Serialization;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// What has happened to a stream key. Events carry every number that they set (generations, deadlines), so that applying one is copying.
/// Stored under the names in EventCodec, which are for ever.
/// </summary>
/// <param name="At">When it was decided, by the clock of the member that owned the key.</param>
public abstract record LiveStreamEvent(DateTimeOffset At);

/// <summary>Which rule of admission spoke, as the timeline explains it.</summary>
public enum AdmissionRule
{
    Unknown,

    /// <summary>Nobody had the key.</summary>
    KeyFree,

    /// <summary>The incumbent's SRS process was gone.</summary>
    ProcessGone,

    /// <summary>Takeover by policy: newest wins.</summary>
    NewestWins,

    /// <summary>Takeover by policy: the same identity came back.</summary>
    SameIdentity,

    /// <summary>Takeover of a session that had gone silent.</summary>
    IncumbentSilent,

    /// <summary>Every session that was in the way has been proven gone.</summary>
    HandoverDone,

    /// <summary>
    /// The old session's node can't be reached: not within the hold, or it was known to be down. The old one is evicted when it is back.
    /// </summary>
    OldNodeUnreachable,
}

/// <summary>An attempt owns the key from now on.</summary>
/// <param name="ConfirmBy">Until then it must show up as the active publisher.</param>
/// <param name="AskedAt">When the attempt asked: the difference to <c>At</c> is how long it was held.</param>
/// <param name="SameBroadcast">It came back within the reconnect window of the session before.</param>
public sealed record Admitted(DateTimeOffset At, Publisher By, long Generation, AdmissionRule Rule, AskedIn In,
    DateTimeOffset AskedAt, DateTimeOffset ConfirmBy, bool SameBroadcast) : LiveStreamEvent(At);

/// <summary>An attempt was refused.</summary>
public sealed record AttemptRefused(DateTimeOffset At, Publisher By, long Generation, RefusalReason Reason, TimeSpan? RetryAfter,
    AskedIn In, DateTimeOffset AskedAt) : LiveStreamEvent(At);

/// <summary>
/// An attempt was answered before and hears the same again. An event, so that an owner that was replaced meanwhile can't give it: it could
/// not write it.
/// </summary>
/// <param name="Attempt">Whose attempt.</param>
/// <param name="Allowed">Whether it is let in; Reason and RetryAfter say why not.</param>
/// <param name="Generation">The key's generation.</param>
/// <param name="Reason">Why not; Unknown where it is allowed.</param>
/// <param name="RetryAfter">When a new try pays; null where it is allowed or never does.</param>
/// <param name="In">The hook that asked again.</param>
/// <param name="ConfirmBy">When a session that was not seen publishing yet is looked for: it begins with this yes, and whoever looked
/// before it has seen nothing of it. Null (and then not stored): it was seen, or is refused.</param>
public sealed record AnswerRepeated(DateTimeOffset At, SessionId Attempt, bool Allowed, long Generation, RefusalReason Reason,
    TimeSpan? RetryAfter, AskedIn In,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ConfirmBy = null) : LiveStreamEvent(At);

/// <summary>
/// Another origin's copy of the stream was let in beside the session that it copies, or was found there. It owns nothing and evicts
/// nobody.
/// </summary>
/// <param name="By">The relay, as its own origin sees it.</param>
/// <param name="Of">The origin that it copies from.</param>
/// <param name="Generation">The key's generation, which does not change.</param>
/// <param name="Adopted">Whether it was found publishing instead of having asked.</param>
public sealed record RelayAdmitted(DateTimeOffset At, Publisher By, string Of, long Generation, bool Adopted) : LiveStreamEvent(At);

/// <summary>A relay has ended, or is one no longer.</summary>
public sealed record RelayEnded(DateTimeOffset At, SessionId Relay, string Origin, LossCause Cause) : LiveStreamEvent(At);

/// <summary>An attempt is held while the sessions in its way are removed.</summary>
/// <param name="HoldUntil">When the waiting stops paying.</param>
public sealed record HandoverStarted(DateTimeOffset At, Publisher To, AdmissionRule Rule, AskedIn In, DateTimeOffset HoldUntil)
    : LiveStreamEvent(At);

/// <summary>One source takes the key from another that was alive: what a fight is made of.</summary>
public sealed record TakeoverContested(DateTimeOffset At, string From, string To) : LiveStreamEvent(At);

/// <summary>A newer attempt took the place of the one that was held; the eviction goes on.</summary>
public sealed record ChallengerReplaced(DateTimeOffset At, Publisher Old, Publisher By, AskedIn In, DateTimeOffset HoldUntil)
    : LiveStreamEvent(At);

/// <summary>Why a session is removed.</summary>
public enum EvictionCause
{
    Unknown,
    Takeover,
    Silent,
    Doubled,
    Operator,

    /// <summary>SRS refused an unseen attempt of a node with the publish token: the way is cleared for its next try.</summary>
    RefusedUnseen,

    /// <summary>SRS publishes it for nobody: only a new publish reaches the players.</summary>
    Orphaned,

    /// <summary>An encoder has announced itself: the way is cleared before it arrives.</summary>
    Registration,
}

/// <summary>A session is to be removed from its node. The only thing that makes a DELETE.</summary>
/// <param name="UnlistedUntil">Until then SRS may not list it yet though it is alive, so that "no such client" proves nothing; null: it
/// was seen.</param>
public sealed record EvictionOrdered(DateTimeOffset At, Publisher Of, EvictionCause Cause, string? OperatorName,
    DateTimeOffset? UnlistedUntil = null) : LiveStreamEvent(At);

/// <summary>The removal is proven.</summary>
public sealed record EvictionFinished(DateTimeOffset At, SessionId Of, ReleaseProof Proof, DateTimeOffset OrderedAt) : LiveStreamEvent(At);

/// <summary>The removal does not get on and goes on trying: its origin does not answer, or forbids it.</summary>
/// <param name="Forbidden">Whether its API forbids DELETE.</param>
public sealed record EvictionStalled(DateTimeOffset At, SessionId Of, string Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Forbidden = false) : LiveStreamEvent(At);

/// <summary>A removal is given up: nothing more can be done, or an operator wants no more of it.</summary>
/// <param name="Why">One sentence.</param>
public sealed record EvictionDropped(DateTimeOffset At, SessionId Of, string Origin, string Why) : LiveStreamEvent(At);

/// <summary>The admitted session was seen as the active publisher.</summary>
public sealed record PublisherConfirmed(DateTimeOffset At, SessionId Session) : LiveStreamEvent(At);

/// <summary>The session has not shown up in time; its origin is asked for the client itself until it answers.</summary>
/// <param name="AskAgainAt">When an answer is expected at the latest, for people. Nothing is due then: the check goes on by
/// itself.</param>
public sealed record ConfirmationOverdue(DateTimeOffset At, Publisher Of, DateTimeOffset AskAgainAt) : LiveStreamEvent(At);

/// <summary>The bytes of the session stood still.</summary>
public sealed record PublisherSilent(DateTimeOffset At, SessionId Session, DateTimeOffset Since) : LiveStreamEvent(At);

/// <summary>How a session ended.</summary>
public enum LossCause
{
    Unknown,
    Unpublished,
    Closed,
    Evicted,

    /// <summary>SRS, asked for the client itself, did not know it.</summary>
    NotFound,

    /// <summary>Its SRS process is gone.</summary>
    ProcessGone,

    /// <summary>Admitted, and SRS refused it all the same: closed without ever publishing.</summary>
    BusySeen,

    /// <summary>
    /// Another session has the key though this one could not be removed: its node is out of reach, or nothing is enforced.
    /// </summary>
    Replaced,

    /// <summary>A relay ended because the session that it copied has.</summary>
    SourceEnded,

    /// <summary>Its origin is not configured any more.</summary>
    OriginUnknown,
}

/// <summary>The session that owned the key has ended.</summary>
/// <param name="ReconnectUntil">A return until then is the same broadcast; null when the encoder had said that it is over.</param>
/// <param name="NeverActive">It was admitted and SRS never showed it as publishing: its node is searched for what stands in the
/// way.</param>
public sealed record PublisherLost(DateTimeOffset At, SessionId Session, string Origin, LossCause Cause, DateTimeOffset? ReconnectUntil,
    bool NeverActive) : LiveStreamEvent(At);

/// <summary>The reconnect window passed, or the encoder had said that it is over.</summary>
public sealed record BroadcastEnded(DateTimeOffset At) : LiveStreamEvent(At);

/// <summary>A publisher that we had not admitted was found active and is the key's session now.</summary>
public sealed record SessionAdopted(DateTimeOffset At, Publisher By, long Generation) : LiveStreamEvent(At);

/// <summary>A hook of a session that is no longer the key's came late, and changed nothing.</summary>
public sealed record LateHookIgnored(DateTimeOffset At, SessionId Session, string Hook) : LiveStreamEvent(At);

/// <summary>SRS holds a ghost of the key: admitted twice in a row, not active, and nothing there to remove.</summary>
public sealed record KeyWedged(DateTimeOffset At, string Origin, string ServerId, string ServiceId) : LiveStreamEvent(At);

/// <summary>The node runs in a new process, or an operator released the key.</summary>
public sealed record WedgeCleared(DateTimeOffset At, string Origin) : LiveStreamEvent(At);

/// <summary>Two sources pushed each other out in turn; the incumbent is kept until the cool-down ends.</summary>
public sealed record FightDetected(DateTimeOffset At, string Incumbent, string Challenger, DateTimeOffset CoolDownUntil, int Level)
    : LiveStreamEvent(At);

/// <summary>A node is searched for publishers of the key that stand in the way.</summary>
/// <param name="Evict">Whether an operator wants whatever is found removed.</param>
public sealed record SearchOrdered(DateTimeOffset At, string Origin, bool Evict) : LiveStreamEvent(At);

/// <summary>A search is over.</summary>
public sealed record SearchFinished(DateTimeOffset At, string Origin, int Found) : LiveStreamEvent(At);

/// <summary>The key is published again and again.</summary>
public sealed record FlappingSeen(DateTimeOffset At, int Publishes) : LiveStreamEvent(At);

/// <summary>The key is kept for an encoder until then.</summary>
public sealed record KeyReserved(DateTimeOffset At, string EncoderId, DateTimeOffset Until) : LiveStreamEvent(At);

/// <summary>The reservation was used, given up or ran out.</summary>
/// <param name="EndOfBroadcast">Its encoder said that the broadcast is over: no reconnect window follows.</param>
public sealed record ReservationEnded(DateTimeOffset At, string EncoderId, [property: JsonPropertyName("goodbye")] bool EndOfBroadcast)
    : LiveStreamEvent(At);

/// <summary>Nobody may start to publish.</summary>
/// <param name="Until">When the lock ends by itself; null (and then not stored): when it is unlocked.</param>
public sealed record KeyLocked(DateTimeOffset At, string By, string Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Until = null) : LiveStreamEvent(At);

/// <summary>A lock and a pin have ended; of a lock whose time was over only the lock.</summary>
/// <param name="By">Who ended it, or whose lock it was.</param>
/// <param name="Why">Why, or what the lock was for.</param>
/// <param name="TimeOver">Whether the lock ended by itself. Not stored when false. A version that does not know it ends the pin too: a
/// kind of its own would have kept it from reading the journal at all.</param>
public sealed record KeyUnlocked(DateTimeOffset At, string By, string Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool TimeOver = false) : LiveStreamEvent(At);

public sealed record KeyPinned(DateTimeOffset At, string Identity, string By, string Why) : LiveStreamEvent(At);

/// <summary>
/// An operator's kick or release, with the sessions that it ordered away in the events that follow; or what was ordered elsewhere.
/// </summary>
public sealed record OperatorActed(DateTimeOffset At, string Action, string By, string Why) : LiveStreamEvent(At);

/// <summary>Observe mode: what would have been decided. Nothing was done.</summary>
/// <param name="Verdict"><c>admit</c>, <c>handover</c> or <c>refuse</c>.</param>
public sealed record DecisionObserved(DateTimeOffset At, Publisher By, string Verdict, RefusalReason Reason, AskedIn In)
    : LiveStreamEvent(At);
