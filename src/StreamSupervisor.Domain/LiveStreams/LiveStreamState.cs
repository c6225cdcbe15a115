using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>The session that owns a key.</summary>
/// <param name="ConfirmBy">When it is looked for unless it was seen active before; null once it was, and once the look is due.</param>
/// <param name="Confirmed">Whether SRS showed it as the active publisher.</param>
/// <param name="Adopted">Whether it was found active instead of admitted.</param>
/// <param name="SilentSince">Since when its bytes stand still; null while they flow.</param>
/// <param name="CheckDue">Whether it did not show up in time and its origin is being asked for it (<see cref="CheckSession"/>).</param>
public sealed record Session(Publisher By, long Generation, DateTimeOffset Since, DateTimeOffset? ConfirmBy, bool Confirmed, bool Adopted,
    DateTimeOffset? SilentSince, bool CheckDue = false);

/// <summary>A change of hands under way: the attempt that is held until the evictions of the key are done.</summary>
public sealed record Handover(Publisher To, AdmissionRule Rule, AskedIn In, DateTimeOffset StartedAt, DateTimeOffset AskedAt,
    DateTimeOffset HoldUntil);

/// <summary>A removal that is ordered and not yet proven.</summary>
/// <param name="Stalled">Whether its origin was out of reach once or forbade it. Then it no longer holds an attempt on another
/// origin.</param>
/// <param name="UnlistedUntil">As in <see cref="EvictionOrdered"/>.</param>
/// <param name="Forbidden">Whether its origin's API forbids DELETE, so that only SRS itself ends the session.</param>
public sealed record Eviction(Publisher Of, EvictionCause Cause, DateTimeOffset OrderedAt, bool Stalled,
    DateTimeOffset? UnlistedUntil = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Forbidden = false);

/// <summary>Another origin's copy of the stream: let in beside the session that it copies, owns nothing.</summary>
/// <param name="Of">The origin that it copies from.</param>
public sealed record Relay(Publisher By, string Of, DateTimeOffset Since);

/// <summary>A final answer that a repeated hook must hear again.</summary>
/// <param name="Ended">Whether it was a session that has ended, instead of an attempt that was refused.</param>
public sealed record PastAnswer(SessionId Session, RefusalReason Reason, TimeSpan? RetryAfter, bool Ended);

/// <summary>Who, when and why.</summary>
/// <param name="Until">When it ends by itself; null (and then not stored): when an operator ends it.</param>
public sealed record OperatorMark(string By, string Why, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Until = null);

/// <summary>Where SRS holds a ghost of the key.</summary>
public sealed record Wedge(string Origin, string ServerId, string ServiceId, DateTimeOffset Since);

/// <summary>Takeover of a live session, remembered to see a fight.</summary>
public sealed record PastTakeover(string From, string To, DateTimeOffset At);

/// <summary>The state of one key. Only <see cref="LiveStream.Evolve"/> makes a new one.</summary>
public sealed record LiveStreamState
{
    public required StreamKey Key { get; init; }

    /// <summary>Grows with every admission and adoption.</summary>
    public long Generation { get; init; }

    public Session? Session { get; init; }
    public Handover? Handover { get; init; }
    public ImmutableList<Eviction> Evictions { get; init; } = [];

    /// <summary>Copies of the stream on other origins, at most one on each.</summary>
    public ImmutableList<Relay> Relays { get; init; } = [];

    /// <summary>The session that was lost, while its reconnect window is open.</summary>
    public Session? Interrupted { get; init; }
    public DateTimeOffset? ReconnectUntil { get; init; }

    public OperatorMark? Locked { get; init; }
    public string? PinnedTo { get; init; }
    public OperatorMark? Pinned { get; init; }
    public ImmutableList<Wedge> Wedges { get; init; } = [];

    public string? ReservedFor { get; init; }
    public DateTimeOffset? ReservedSince { get; init; }
    public DateTimeOffset? ReservedUntil { get; init; }

    /// <summary>The last registration, also after it was used: a late copy of its message is known by it.</summary>
    public Registration? Registration { get; init; }

    public DateTimeOffset? CoolDownUntil { get; init; }
    public int FightLevel { get; init; }
    public ImmutableList<PastTakeover> Takeovers { get; init; } = [];
    public ImmutableArray<DateTimeOffset> Publishes { get; init; } = [];

    /// <summary>Origins that are searched on an operator's order: whoever is found there is removed.</summary>
    public ImmutableList<string> Releasing { get; init; } = [];

    /// <summary>Origins that are searched for what keeps an admitted session from becoming active.</summary>
    public ImmutableList<string> Searching { get; init; } = [];

    /// <summary>The encoder has said that its broadcast is over: no reconnect window follows its session.</summary>
    [JsonPropertyName("goodbye")]
    public bool EndOfBroadcast { get; init; }

    /// <summary>Answers of attempts that were refused, and of sessions that were evicted: newest last, bounded.</summary>
    public ImmutableList<PastAnswer> Answers { get; init; } = [];

    /// <summary>Times in a row that an admitted session never became active, and on which node.</summary>
    public int NeverActive { get; init; }
    public string? NeverActiveOn { get; init; }

    /// <summary>
    /// Grows with every change of who has the key, waits for it, copies it or is being removed: whoever looked without knowing of the last
    /// one has seen nothing of it (<see cref="KnownAtLook"/>). A state that an earlier version stored begins with 0.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Revision { get; init; }

    /// <summary>When the session, handover or evictions changed last.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    public LiveStreamPhase Phase => this switch
    {
        { Handover: not null } => LiveStreamPhase.Handover,
        { Session: not null } => LiveStreamPhase.Live,
        { ReconnectUntil: not null } => LiveStreamPhase.Interrupted,
        _ => LiveStreamPhase.Idle,
    };
}

/// <summary>The phases that the API shows: <c>idle</c>, <c>handover</c>, <c>live</c>, <c>interrupted</c>.</summary>
public enum LiveStreamPhase
{
    Idle,
    Handover,
    Live,
    Interrupted,
}
