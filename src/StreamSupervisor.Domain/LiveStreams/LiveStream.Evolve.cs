using System.Collections.Immutable;

namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>The state after an event. Copies facts, decides nothing.</summary>
    public static LiveStreamState Evolve(LiveStreamState state, LiveStreamEvent @event)
    {
        var next = Apply(state, @event);
        var isSame = next.Generation == state.Generation && (next.Session is null) == (state.Session is null)
            && next.Handover == state.Handover && next.Evictions.Count == state.Evictions.Count && next.Relays.Count == state.Relays.Count;
        return isSame ? next : next with { Revision = state.Revision + 1 };
    }

    private static LiveStreamState Apply(LiveStreamState state, LiveStreamEvent @event) => @event switch
    {
        Admitted e => state with
        {
            Generation = e.Generation,
            Session = new Session(e.By, e.Generation, e.At, e.ConfirmBy, Confirmed: false, Adopted: false, SilentSince: null),
            Handover = null,
            Interrupted = null,
            ReconnectUntil = null,
            EndOfBroadcast = false,
            Publishes = [.. state.Publishes.AsSpan()[Math.Max(0, state.Publishes.Length - MaxPublishes + 1)..], e.At],
            ChangedAt = e.At,
        },
        AttemptRefused e => state with
        {
            Handover = state.Handover?.To.Session == e.By.Session ? null : state.Handover,
            Answers = Append(state.Answers, new PastAnswer(e.By.Session, e.Reason, e.RetryAfter, Ended: false), MaxAnswers),
        },
        HandoverStarted e => state with { Handover = new Handover(e.To, e.Rule, e.In, e.At, e.At, e.HoldUntil), ChangedAt = e.At },
        ChallengerReplaced e => state with
        {
            Handover = state.Handover! with { To = e.By, In = e.In, AskedAt = e.At, HoldUntil = e.HoldUntil },
            ChangedAt = e.At,
        },
        TakeoverContested e => state with { Takeovers = Append(state.Takeovers, new PastTakeover(e.From, e.To, e.At), MaxTakeovers) },
        FightDetected e => state with { CoolDownUntil = e.CoolDownUntil, FightLevel = e.Level, Takeovers = [] },
        EvictionOrdered e => state with
        {
            Evictions = state.Evictions.Add(new Eviction(e.Of, e.Cause, e.At, Stalled: false, e.UnlistedUntil)),
        },
        EvictionStalled e => state with
        {
            Evictions =
            [
                .. state.Evictions.Select(eviction => eviction.Of.Session == e.Of
                    ? eviction with { Stalled = true, Forbidden = eviction.Forbidden || e.Forbidden }
                    : eviction),
            ],
        },
        EvictionFinished e => state with
        {
            Evictions = state.Evictions.RemoveAll(eviction => eviction.Of.Session == e.Of),
            Answers = Remember(state.Answers, e.Of),
            ChangedAt = e.At,
        },
        EvictionDropped e => state with
        {
            Evictions = state.Evictions.RemoveAll(eviction => eviction.Of.Session == e.Of),
            ChangedAt = e.At,
        },
        RelayAdmitted e => state with
        {
            Relays = state.Relays.Add(new Relay(e.By, e.Of, e.At)),
            Answers = state.Answers.RemoveAll(answer => answer.Session == e.By.Session),
        },
        RelayEnded e => state with { Relays = state.Relays.RemoveAll(relay => relay.By.Session == e.Relay) },
        PublisherConfirmed => state with
        {
            Session = state.Session! with { Confirmed = true, ConfirmBy = null, CheckDue = false },
            NeverActive = 0,
            NeverActiveOn = null,
        },
        AnswerRepeated { ConfirmBy: { } by } => state with
        {
            Session = state.Session! with { ConfirmBy = by, CheckDue = false }, Revision = state.Revision + 1,
        },
        ConfirmationOverdue => state with { Session = state.Session! with { ConfirmBy = null, CheckDue = true } },
        PublisherSilent e => state with { Session = state.Session! with { SilentSince = e.Since } },
        PublisherLost e => state with
        {
            Session = null,
            Interrupted = e.ReconnectUntil is null ? null : state.Session,
            ReconnectUntil = e.ReconnectUntil,

            // The connection of a session that merely unpublished may publish again under its id; every other one is gone.
            Answers = e.Cause == LossCause.Unpublished ? state.Answers : Remember(state.Answers, e.Session),
            NeverActive = !e.NeverActive ? state.NeverActive : state.NeverActiveOn == e.Origin ? state.NeverActive + 1 : 1,
            NeverActiveOn = e.NeverActive ? e.Origin : state.NeverActiveOn,
            ChangedAt = e.At,
        },
        BroadcastEnded => state with { Interrupted = null, ReconnectUntil = null },
        SessionAdopted e => state with
        {
            Generation = e.Generation,
            Session = new Session(e.By, e.Generation, e.At, ConfirmBy: null, Confirmed: true, Adopted: true, SilentSince: null),
            Handover = state.Handover?.To.Session == e.By.Session ? null : state.Handover,
            Interrupted = null,
            ReconnectUntil = null,
            EndOfBroadcast = false,
            Answers = state.Answers.RemoveAll(answer => answer.Session == e.By.Session),
            ChangedAt = e.At,
        },
        SearchOrdered { Evict: true } e => state with { Releasing = state.Releasing.Add(e.Origin) },
        SearchOrdered e => state with { Searching = state.Searching.Add(e.Origin) },

        // An operator's search that came while another was under way begins when that one is over: it wants what is found removed.
        SearchFinished e when state.Searching.Contains(e.Origin) => state with { Searching = state.Searching.Remove(e.Origin) },
        SearchFinished e => state with { Releasing = state.Releasing.Remove(e.Origin) },
        KeyWedged e => state with
        {
            Wedges = state.Wedges.RemoveAll(wedge => wedge.Origin == e.Origin).Add(new Wedge(e.Origin, e.ServerId, e.ServiceId, e.At)),
            NeverActive = 0,
            NeverActiveOn = null,
        },
        WedgeCleared e => state with { Wedges = state.Wedges.RemoveAll(wedge => wedge.Origin == e.Origin) },
        KeyReserved e => state with { ReservedFor = e.EncoderId, ReservedSince = e.At, ReservedUntil = e.Until },
        EncoderRegistered e => state with
        {
            ReservedFor = e.EncoderId,
            ReservedSince = e.At,
            ReservedUntil = e.Until,
            Registration = new Registration(e.RegistrationId, e.EncoderId, e.Attempt, e.At, e.Tries),

            // Whoever announces a new publish means to go on.
            EndOfBroadcast = false,
        },
        ReservationEnded e => state with
        {
            ReservedFor = state.ReservedFor == e.EncoderId ? null : state.ReservedFor,
            ReservedSince = state.ReservedFor == e.EncoderId ? null : state.ReservedSince,
            ReservedUntil = state.ReservedFor == e.EncoderId ? null : state.ReservedUntil,
            EndOfBroadcast = state.EndOfBroadcast || e.EndOfBroadcast,
        },
        KeyLocked e => state with { Locked = new OperatorMark(e.By, e.Why, e.At, e.Until) },
        KeyUnlocked { TimeOver: true } => state with { Locked = null },
        KeyUnlocked => state with { Locked = null, PinnedTo = null, Pinned = null },
        KeyPinned e => state with { PinnedTo = e.Identity, Pinned = new OperatorMark(e.By, e.Why, e.At) },

        // Told for people only: a late hook, an answer given again, flapping, an operator's name, what would have been decided.
        _ => state,
    };

    private static ImmutableList<T> Append<T>(ImmutableList<T> list, T item, int max) =>
        (list.Count < max ? list : list.RemoveRange(0, list.Count - max + 1)).Add(item);

    private static ImmutableList<PastAnswer> Remember(ImmutableList<PastAnswer> answers, SessionId ended) =>
        answers.Exists(answer => answer.Session == ended)
            ? answers
            : Append(answers, new PastAnswer(ended, RefusalReason.Superseded, null, Ended: true), MaxAnswers);
}
