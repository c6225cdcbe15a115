namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    private static readonly IReadOnlyList<LiveStreamWork> NoWork = [];

    /// <summary>
    /// Everything that is ordered and not proven done: removals first, then a due check, then searches. Names are unique. Whoever owns
    /// the key keeps exactly this work running after every change, and after a recovery: a crash between a decision and its work loses
    /// nothing.
    /// </summary>
    /// <returns>The work in the order in which it was asked for; a shared empty list where there is none.</returns>
    public static IReadOnlyList<LiveStreamWork> OpenWork(LiveStreamState state)
    {
        var isChecked = state.Session is { CheckDue: true } overdue
            && !state.Evictions.Exists(eviction => eviction.Of.Session == overdue.By.Session);
        if (state.Evictions.IsEmpty && !isChecked && state.Releasing.IsEmpty && state.Searching.IsEmpty)
        {
            return NoWork;
        }

        var work = new List<LiveStreamWork>(state.Evictions.Count + 1);
        foreach (var eviction in state.Evictions)
        {
            work.Add(new EvictSession(eviction.Of.Session, eviction.Of.Origin, eviction.UnlistedUntil, eviction.OrderedAt));
        }

        if (isChecked)
        {
            work.Add(new CheckSession(state.Session!.By.Session, state.Session.By.Origin));
        }

        foreach (var origin in state.Releasing.Union(state.Searching))
        {
            work.Add(new SearchForPublishers(origin));
        }

        return work;
    }

    /// <summary>
    /// Whether anything is known of the key. Where nothing is, the refusal of a stranger leaves no trace in the journal: anybody can
    /// invent names, and each would cost rows for ever.
    /// </summary>
    public static bool HasHistory(LiveStreamState state) =>
        state.Generation > 0 || !IsIdle(state) || state.Registration is not null || !state.Answers.IsEmpty
        || !state.Wedges.IsEmpty || state.ChangedAt != default;

    /// <summary>
    /// Whether nothing is under way and nothing is to be kept: no session, no handover, no open work, no deadline, no relay and no lock or
    /// pin. Such an entity may leave memory, and retention may delete its key.
    /// </summary>
    public static bool IsIdle(LiveStreamState state) =>
        state is
        {
            Session: null, Handover: null, ReconnectUntil: null, ReservedUntil: null, Locked: null, PinnedTo: null,
            Evictions.IsEmpty: true, Releasing.IsEmpty: true, Searching.IsEmpty: true, Relays.IsEmpty: true,
        };

    /// <summary>Whether a session may be on air, as far as the key knows: it was let in, is not over, and is not being removed.</summary>
    public static bool IsLetIn(LiveStreamState state, SessionId session) =>
        (state.Session?.By.Session == session || state.Relays.Exists(relay => relay.By.Session == session))
        && !state.Evictions.Exists(eviction => eviction.Of.Session == session);
}
