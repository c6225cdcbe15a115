using System.Text.Json.Serialization;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// A stream key as the API shows it, in one answer of its own and as a row of a list. A list asks no actor: its rows come from the index.
/// </summary>
/// <param name="LockedUntil">When the lock ends by itself; absent for one that lasts until it is unlocked.</param>
public sealed record StreamView(
    StreamKeyView Key,
    string State,
    long Generation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] SessionView? Session,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] HandoverView? Handover,
    IReadOnlyList<EvictionView> Evictions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] InterruptedView? Interrupted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] MarkView? Locked,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PinView? Pinned,
    IReadOnlyList<WedgeView> WedgedOn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ReservationView? Reservation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? CoolDownUntil,
    DateTimeOffset? LockedUntil = null)
{
    /// <summary>The view of a state, without what is over by <paramref name="now"/>: lock, reservation, cool-down.</summary>
    public static StreamView From(LiveStreamState state, DateTimeOffset now) => From(StreamSummary.Of(state), now);

    /// <summary>The view of a row of the index; it asks no actor, so what ended by the mere passing of time is taken out here.</summary>
    public static StreamView From(StreamSummary stream, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var locked = stream.Locked is { } given && !(given.Until <= now) ? given : null;
        return new StreamView(
            StreamKeyView.From(stream.Key),
            Words.Of(stream.Phase),
            stream.Generation,
            stream.Session is { } session ? SessionView.From(session) : null,
            stream.Handover is { } handover ? HandoverView.From(handover) : null,
            [.. stream.Evictions.Select(EvictionView.From)],
            stream is { ReconnectUntil: { } until } ? new InterruptedView(stream.Interrupted is { } lost
                ? SessionView.From(lost)
                : null, until) : null,
            locked is { } mark ? new MarkView(mark.By, mark.Why, mark.At) : null,
            stream.PinnedTo is { } identity ? new PinView(identity, stream.Pinned?.By, stream.Pinned?.Why, stream.Pinned?.At) : null,
            [.. stream.Wedges.Select(wedge => new WedgeView(wedge.Origin, wedge.ServerId, wedge.ServiceId, wedge.Since))],
            stream is { ReservedFor: { } encoder, ReservedUntil: { } end } && end > now ? new ReservationView(encoder, end) : null,
            stream.CoolDownUntil > now ? stream.CoolDownUntil : null,
            locked?.Until);
    }
}

/// <summary>The parts of a stream key.</summary>
public sealed record StreamKeyView(string Vhost, string App, string Stream)
{
    internal static StreamKeyView From(StreamKey key) => new(key.Vhost, key.App, key.Stream);

    /// <summary>
    /// <c>app/stream</c> on the default vhost where that is unambiguous, else <c>vhost/app/stream</c>: what the commands take.
    /// </summary>
    public override string ToString() =>
        Vhost == StreamKey.DefaultVhost && !App.Contains('/', StringComparison.Ordinal) ? $"{App}/{Stream}" : $"{Vhost}/{App}/{Stream}";
}

/// <summary>The session that owns a key.</summary>
/// <param name="Ip">The encoder's address as SRS saw it; empty where unknown.</param>
/// <param name="Identity">Who it is for the takeover rules.</param>
/// <param name="Proven">Whether a credential or a registration proves the identity.</param>
/// <param name="Confirmed">Whether SRS showed it as the active publisher.</param>
/// <param name="Adopted">Whether it was found publishing instead of admitted.</param>
/// <param name="SilentSince">Since when its bytes stand still.</param>
/// <param name="Orphaned">True: SRS publishes it for nobody, so that its players get nothing. Absent: nothing shows that.</param>
public sealed record SessionView(string Origin, string ServerId, string ServiceId, string ClientId, string Ip, string Identity, bool Proven,
    DateTimeOffset Since, long Generation, bool Confirmed, bool Adopted, DateTimeOffset? SilentSince, bool? Orphaned = null)
{
    internal static SessionView From(Session session) => new(
        session.By.Origin, session.By.Session.ServerId, session.By.Session.ServiceId, session.By.Session.ClientId, session.By.Address,
        session.By.Identity, session.By.Proven, session.Since, session.Generation, session.Confirmed, session.Adopted, session.SilentSince);
}

/// <summary>One attempt, or one session that is being removed.</summary>
public sealed record AttemptView(string Origin, string ServerId, string ServiceId, string ClientId, string Ip, string Identity, bool Proven)
{
    internal static AttemptView From(Publisher by) => new(
        by.Origin, by.Session.ServerId, by.Session.ServiceId, by.Session.ClientId, by.Address, by.Identity, by.Proven);
}

/// <summary>The change of hands under way.</summary>
public sealed record HandoverView(AttemptView To, string Rule, string AskedIn, DateTimeOffset AskedAt, DateTimeOffset StartedAt,
    DateTimeOffset HoldUntil)
{
    internal static HandoverView From(Handover handover) =>
        new(AttemptView.From(handover.To), Words.Of(handover.Rule), Words.Of(handover.In),
        handover.AskedAt, handover.StartedAt, handover.HoldUntil);
}

/// <summary>A removal that is ordered and not yet proven.</summary>
public sealed record EvictionView(AttemptView Of, string Cause, DateTimeOffset OrderedAt, bool Stalled)
{
    internal static EvictionView From(Eviction eviction) =>
        new(AttemptView.From(eviction.Of), Words.Of(eviction.Cause), eviction.OrderedAt, eviction.Stalled);
}

/// <summary>The session that was lost; a return until then is the same broadcast.</summary>
public sealed record InterruptedView(SessionView? Session, DateTimeOffset Until);

/// <summary>Who, why and when.</summary>
public sealed record MarkView(string By, string Why, DateTimeOffset At);

/// <summary>The only identity that may publish.</summary>
public sealed record PinView(string Identity, string? By, string? Why, DateTimeOffset? At);

/// <summary>A node on which SRS holds a ghost of the key.</summary>
public sealed record WedgeView(string Origin, string ServerId, string ServiceId, DateTimeOffset Since);

/// <summary>The encoder that the key is kept for.</summary>
public sealed record ReservationView(string Encoder, DateTimeOffset Until);
