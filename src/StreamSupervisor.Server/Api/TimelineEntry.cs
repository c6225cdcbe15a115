using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>One thing that happened to a stream key: what programs need of it in fields of their own, and a sentence for people.</summary>
public sealed record TimelineEntry
{
    /// <summary>Its number within the key, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was decided, by the clock of the member that owned the key; null where the event can't be read.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>The event's stored name.</summary>
    public required string Kind { get; init; }

    /// <summary>One sentence.</summary>
    public required string Text { get; init; }

    /// <summary>The attempt or session that it is about, as far as the event names it.</summary>
    public AttemptView? Attempt { get; init; }

    /// <summary>The id of the session that it is about, where no more is stored.</summary>
    public SessionIdView? Session { get; init; }
    public long? Generation { get; init; }

    /// <summary>Which rule of admission spoke.</summary>
    public string? Rule { get; init; }

    /// <summary>Why an attempt was refused; see <c>/api/v1/reasons</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why a session was removed, or how it ended.</summary>
    public string? Cause { get; init; }

    /// <summary>How it is known that a session is gone.</summary>
    public string? Proof { get; init; }

    /// <summary>The hook that asked.</summary>
    public string? AskedIn { get; init; }

    /// <summary>How long an attempt was held before its answer, in milliseconds.</summary>
    public double? HeldMs { get; init; }

    /// <summary>From the order to the proof of a removal, in milliseconds.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>When a refused attempt is advised to try again, in milliseconds.</summary>
    public double? RetryAfterMs { get; init; }

    /// <summary>The operator.</summary>
    public string? By { get; init; }

    /// <summary>The operator's reason, or what a fault said.</summary>
    public string? Why { get; init; }

    /// <summary>When what begins here ends by itself: a hold, a window, a cool-down, a reservation, a lock.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The SRS node that it is about, where there is no attempt.</summary>
    public string? Origin { get; init; }

    /// <summary>The event itself, for those who tell it in other words; null where it can't be read.</summary>
    internal LiveStreamEvent? Happened { get; private init; }

    internal static TimelineEntry From(long sequence, string kind, LiveStreamEvent happened)
    {
        var entry = new TimelineEntry
        {
            Sequence = sequence, At = happened.At, Kind = kind, Text = TimelineText.Of(happened), Happened = happened,
        };
        return happened switch
        {
            Admitted e => entry with
            {
                Attempt = AttemptView.From(e.By), Generation = e.Generation, Rule = Words.Of(e.Rule), AskedIn = Words.Of(e.In),
                HeldMs = Milliseconds(e.At - e.AskedAt),
            },
            AttemptRefused e => entry with
            {
                Attempt = AttemptView.From(e.By), Generation = e.Generation, Reason = Words.Of(e.Reason), AskedIn = Words.Of(e.In),
                HeldMs = Milliseconds(e.At - e.AskedAt), RetryAfterMs = e.RetryAfter?.TotalMilliseconds,
            },
            HandoverStarted e => entry with
            {
                Attempt = AttemptView.From(e.To), Rule = Words.Of(e.Rule), AskedIn = Words.Of(e.In), Until = e.HoldUntil,
            },
            ChallengerReplaced e => entry with { Attempt = AttemptView.From(e.By), Session = SessionIdView.From(e.Old.Session),
                AskedIn = Words.Of(e.In), Until = e.HoldUntil },
            EvictionOrdered e => entry with { Attempt = AttemptView.From(e.Of), Cause = Words.Of(e.Cause), By = e.OperatorName },
            EvictionFinished e => entry with { Session = SessionIdView.From(e.Of), Proof = Words.Of(e.Proof),
                LatencyMs = Milliseconds(e.At - e.OrderedAt) },
            EvictionStalled e => entry with { Session = SessionIdView.From(e.Of), Why = e.Why },
            PublisherConfirmed e => entry with { Session = SessionIdView.From(e.Session) },
            ConfirmationOverdue e => entry with { Attempt = AttemptView.From(e.Of), Until = e.AskAgainAt },
            PublisherSilent e => entry with { Session = SessionIdView.From(e.Session) },
            PublisherLost e => entry with { Session = SessionIdView.From(e.Session), Cause = Words.Of(e.Cause), Until = e.ReconnectUntil,
                Origin = e.Origin },
            SessionAdopted e => entry with { Attempt = AttemptView.From(e.By), Generation = e.Generation },
            LateHookIgnored e => entry with { Session = SessionIdView.From(e.Session) },
            SearchOrdered e => entry with { Origin = e.Origin },
            SearchFinished e => entry with { Origin = e.Origin },
            KeyWedged e => entry with { Origin = e.Origin },
            WedgeCleared e => entry with { Origin = e.Origin },
            FightDetected e => entry with { Until = e.CoolDownUntil },
            KeyReserved e => entry with { Until = e.Until },
            EncoderRegistered e => entry with { Until = e.Until, Why = e.LastError },
            RegistrationRefused e => entry with { Reason = Words.Of(e.Reason), Why = e.LastError },
            KeyLocked e => entry with { By = e.By, Why = e.Why, Until = e.Until },
            KeyUnlocked e => entry with { By = e.By, Why = e.Why },
            KeyPinned e => entry with { By = e.By, Why = e.Why },
            OperatorActed e => entry with { By = e.By, Why = e.Why },
            DecisionObserved e => entry with
            {
                Attempt = AttemptView.From(e.By), AskedIn = Words.Of(e.In), Reason = e.Reason == RefusalReason.Unknown
                    ? null
                    : Words.Of(e.Reason),
            },
            _ => entry,
        };
    }

    /// <summary>An event that a newer version wrote: its place in the timeline is shown, and that it can't be read here.</summary>
    internal static TimelineEntry Unreadable(long sequence, string kind) => new()
    {
        Sequence = sequence, At = null, Kind = kind, Text = $"An event '{kind}' that this version can't read; a newer one wrote it.",
    };

    internal static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 1);
}

/// <summary>Names one attempt; see <see cref="SessionId"/>.</summary>
public sealed record SessionIdView(string ServerId, string ServiceId, string ClientId)
{
    internal static SessionIdView From(SessionId id) => new(id.ServerId, id.ServiceId, id.ClientId);
}
