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

    private readonly ImmutableSortedSet<string> _origins = origins.ToImmutableSortedSet(StringComparer.Ordinal);
    private volatile State _state = new(0, TimeSpan.Zero, [], IsInDoubt: false);

    private sealed record State(long Epoch, TimeSpan Since, ImmutableSortedSet<string> NotSwept, bool IsInDoubt);

    /// <summary>The epoch of the store as this member knows it. An entity that began in an earlier one must begin anew.</summary>
    public long Epoch => _state.Epoch;

    /// <summary>Origins that were not looked at since the last rollback.</summary>
    public IReadOnlyCollection<string> NotSwept => _state.NotSwept;

    /// <summary>This member starts in an epoch that others have dealt with.</summary>
    public void Start(long epoch) => _state = _state with { Epoch = epoch };

    /// <summary>The store has gone back in time, and is in this epoch now.</summary>
    /// <param name="epoch">The epoch; one that is not newer changes nothing.</param>
    /// <param name="now">On the monotonic clock.</param>
    /// <returns>Whether it is news.</returns>
    public bool Begin(long epoch, TimeSpan now)
    {
        if (epoch <= _state.Epoch)
        {
            return false;
        }

        _state = new State(epoch, now, _origins, IsInDoubt: false);
        return true;
    }

    /// <summary>
    /// The store does not answer this member: when it does again it may be another one, and is asked that before anybody is admitted.
    /// </summary>
    public void Doubt(bool isInDoubt)
    {
        if (_state.IsInDoubt != isInDoubt)
        {
            _state = _state with { IsInDoubt = isInDoubt };
        }
    }

    /// <summary>An origin was looked at, by a look that began after its actor had heard of the epoch.</summary>
    public void Swept(string origin, long epoch)
    {
        if (epoch >= _state.Epoch && _state.NotSwept.Contains(origin))
        {
            _state = _state with { NotSwept = _state.NotSwept.Remove(origin) };
        }
    }

    /// <summary>What the rules hear.</summary>
    /// <param name="now">On the monotonic clock.</param>
    /// <param name="isOutOfReach">Whether an origin is down.</param>
    public StoreStanding Standing(TimeSpan now, Func<string, bool> isOutOfReach)
    {
        var state = _state;
        return new StoreStanding(StoreHistory.GenerationFloorOf(state.Epoch), state.IsInDoubt || Holds(state, now, isOutOfReach),
            state.IsInDoubt);
    }

    /// <summary>Whether origins are waited for.</summary>
    public bool IsSweeping(TimeSpan now, Func<string, bool> isOutOfReach) => Holds(_state, now, isOutOfReach);

    private static bool Holds(State state, TimeSpan now, Func<string, bool> isOutOfReach) =>
        !state.NotSwept.IsEmpty && now - state.Since < Longest && state.NotSwept.Any(origin => !isOutOfReach(origin));
}
