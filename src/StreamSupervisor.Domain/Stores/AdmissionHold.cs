using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Stores;

/// <summary>
/// Keeps a member from admitting anybody between a rollback of the store and the look at every origin that follows it: what the journal
/// has lost may be on air, and only SRS knows. Read at every command from any thread, so its state is one reference.
/// </summary>
/// <remarks>
/// It always ends: an origin that is out of reach is not waited for, since nobody can look there; one that hangs is waited for no longer
/// than <see cref="Longest"/>. Decisions go on with the higher generations.
/// </remarks>
/// <param name="origins">The configured origins.</param>
public sealed class AdmissionHold(IEnumerable<string> origins)
{
    /// <summary>The time in which an origin that does not answer is called down (10 s), and two sweeps.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private volatile ImmutableSortedSet<string> _origins = origins.ToImmutableSortedSet(StringComparer.Ordinal);
    private State _state = new(0, TimeSpan.Zero, []);

    private sealed record State(long Epoch, TimeSpan Since, ImmutableSortedSet<string> NotSwept)
    {
        public bool IsWatched { get; init; }
        public long Doubts { get; init; }
        public bool IsInDoubt { get; init; }

        /// <summary>When the first of the row of beats without a gap began, and when the last was answered.</summary>
        public (TimeSpan First, TimeSpan Last)? Beats { get; init; }
    }

    private State Current => Volatile.Read(ref _state);

    /// <summary>The epoch of the store as this member knows it. An entity that began in an earlier one must begin anew.</summary>
    public long Epoch => Current.Epoch;

    /// <summary>Origins that were not looked at since the last rollback.</summary>
    public IReadOnlyCollection<string> NotSwept => Current.NotSwept;

    /// <summary>How often the store was doubted; read before a beat begins, and given to <see cref="Settle"/> after it.</summary>
    public long Doubts => Current.Doubts;

    /// <summary>The configuration has these origins from now on; one that went is waited for no more, as one out of reach.</summary>
    public void Use(IEnumerable<string> configured) => _origins = configured.ToImmutableSortedSet(StringComparer.Ordinal);

    /// <summary>This member starts in an epoch that others have dealt with, and beats from now on.</summary>
    public void Start(long epoch) =>
        _ = ImmutableInterlocked.Update(ref _state, state => state with { Epoch = epoch, IsWatched = true });

    /// <summary>The store has gone back in time, and is in this epoch now.</summary>
    /// <param name="epoch">The epoch; one that is not newer changes nothing.</param>
    /// <param name="now">On the monotonic clock.</param>
    /// <returns>Whether it is news.</returns>
    public bool Begin(long epoch, TimeSpan now)
    {
        if (epoch <= Epoch)
        {
            return false;
        }

        _ = ImmutableInterlocked.Update(ref _state, state =>
            state with { Epoch = epoch, Since = now, NotSwept = _origins, IsWatched = true });
        return true;
    }

    /// <summary>
    /// The store did not answer this member, or a read or a write of it failed. Every connection breaks when another server takes the
    /// place of the one that was there, so it may be another one when it answers again: nobody is admitted before a beat has asked it.
    /// A store that nobody beats in (a file of this machine) is never doubted: nobody would end the doubt.
    /// </summary>
    public void Doubt() => _ = ImmutableInterlocked.Update(ref _state, state =>
        state.IsWatched ? state with { IsInDoubt = true, Doubts = state.Doubts + 1 } : state);

    /// <summary>
    /// A beat has found the store that was known, or has dealt with the other one. A member that has beaten without a gap for as long as
    /// all others take to beat is in doubt no more. One that has just started, that stood still, or that the store did not answer for a
    /// while remembers too little to know what an older copy of the store has lost: whoever remembers notices with its next beat, and this
    /// member would give out generations a second time until its own next beat tells it of the epoch. Beats that take long are no gap:
    /// with a slow store admissions are slow, and go on.
    /// </summary>
    /// <param name="doubts">
    /// <see cref="Doubts"/> when the beat began. Where the store was doubted since, that beat may have been answered by the server before.
    /// </param>
    /// <param name="beganAt">When the beat began, on the monotonic clock.</param>
    /// <param name="answeredAt">When it was answered.</param>
    /// <param name="othersBeatWithin">How long the others take to beat, above 0; twice that is a gap. 0 where there are no others.</param>
    public void Settle(long doubts, TimeSpan beganAt, TimeSpan answeredAt, TimeSpan othersBeatWithin) =>
        _ = ImmutableInterlocked.Update(ref _state, state =>
        {
            var first = state.Beats is { } beats && beganAt - beats.Last <= othersBeatWithin * 2 ? beats.First : beganAt;
            return state with
            {
                Beats = (first, answeredAt),
                IsInDoubt = state.Doubts == doubts ? beganAt - first < othersBeatWithin : state.IsInDoubt,
            };
        });

    /// <summary>An origin was looked at, by a look that began after its actor had heard of the epoch.</summary>
    public void Swept(string origin, long epoch) => _ = ImmutableInterlocked.Update(ref _state, state =>
        epoch >= state.Epoch && state.NotSwept.Contains(origin) ? state with { NotSwept = state.NotSwept.Remove(origin) } : state);

    /// <summary>What the rules hear.</summary>
    /// <param name="now">On the monotonic clock.</param>
    /// <param name="isOutOfReach">Whether an origin is down.</param>
    public StoreStanding Standing(TimeSpan now, Func<string, bool> isOutOfReach)
    {
        var state = Current;
        return new StoreStanding(StoreHistory.GenerationFloorOf(state.Epoch), state.IsInDoubt || Holds(state, now, isOutOfReach),
            state.IsInDoubt);
    }

    /// <summary>Whether origins are waited for.</summary>
    public bool IsSweeping(TimeSpan now, Func<string, bool> isOutOfReach) => Holds(Current, now, isOutOfReach);

    private static bool Holds(State state, TimeSpan now, Func<string, bool> isOutOfReach) =>
        !state.NotSwept.IsEmpty && now - state.Since < Longest && state.NotSwept.Any(origin => !isOutOfReach(origin));
}
