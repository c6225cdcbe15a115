using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// What a stream believes, as far as a look at a server needs it. Told by the member that owns the stream after each durable change.
/// </summary>
/// <param name="Sequence">
/// The stream's sequence number in the journal: of two beliefs of one key the higher is newer, whoever told it.
/// </param>
/// <param name="Revision">As in <see cref="LiveStreamState.Revision"/>.</param>
public sealed record StreamBelief(StreamKey Key, long Sequence, LiveStreamPhase Phase, Session? Session, Publisher? Challenger,
    ImmutableList<Eviction> Evictions, ImmutableList<Wedge> Wedges, ImmutableList<Relay> Relays,
    long Revision = 0)
{
    /// <summary>The belief behind a state.</summary>
    /// <param name="sequence">The sequence number of the last event in it.</param>
    public static StreamBelief Of(LiveStreamState state, long sequence) =>
        new(state.Key, sequence, state.Phase, state.Session, state.Handover?.To, state.Evictions, state.Wedges, state.Relays,
            state.Revision);

    /// <summary>Nothing is left to look for: the stream is idle, nobody is being removed and no ghost is known.</summary>
    public bool IsNothing => Phase == LiveStreamPhase.Idle && Evictions.IsEmpty && Wedges.IsEmpty && Relays.IsEmpty;

    /// <summary>The configured names of the servers that it concerns.</summary>
    public IEnumerable<string> Origins()
    {
        IEnumerable<string?> all =
        [
            Session?.By.Origin, Challenger?.Origin,
            .. Evictions.Select(eviction => eviction.Of.Origin), .. Wedges.Select(wedge => wedge.Origin),
            .. Relays.Select(relay => relay.By.Origin),
        ];
        return all.OfType<string>().Distinct();
    }

    /// <summary>The session, if it is on this server in this process.</summary>
    public Session? SessionIn(string origin, string serviceId) =>
        Session is { } session && session.By.Origin == origin && session.By.Session.ServiceId == serviceId ? session : null;

    /// <summary>Whether this session has been ordered away and is not proven gone.</summary>
    public bool IsEvicting(SessionId session) => Evictions.Exists(eviction => eviction.Of.Session == session);

    /// <summary>
    /// Whether it does not believe in this publisher, is not about to admit it, and has not ordered it away. A copy is believed as long as
    /// there is something to copy: one that goes on without is an encoder, and the stream must hear of it.
    /// </summary>
    public bool IsStranger(SessionId session) => Session?.By.Session != session && Challenger?.Session != session && !IsEvicting(session)
        && ((Session is null && Challenger is null) || !IsCopy(session));

    private bool IsCopy(SessionId session) => Relays.Exists(relay => relay.By.Session == session);
}
