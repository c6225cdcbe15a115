namespace StreamSupervisor.Domain.Stores;

/// <summary>What follows from a beat.</summary>
public abstract record RollbackVerdict
{
    /// <summary>The store holds what it held.</summary>
    public sealed record None : RollbackVerdict
    {
        public static readonly None Instance = new();
    }

    /// <summary>The store has gone back in time, or may have: raise its epoch above <paramref name="Above"/>.</summary>
    public sealed record WentBack(string Why, long Above) : RollbackVerdict;

    /// <summary>Another member has noticed it and raised the epoch to this, or had a moment before this one started.</summary>
    public sealed record ToldByOthers(long Epoch) : RollbackVerdict;
}

/// <summary>
/// Notices that a store has gone back in time: a standby that lagged was promoted, or a backup was restored. One member's memory, asked
/// at each of its beats.
/// </summary>
/// <remarks>
/// <para>
/// The signs, none of them a time. A beat that the store had confirmed is not there: nothing that was written before it is safe. The
/// epoch in the store is below one that was seen. Another server answers, or the same on another timeline: PostgreSQL begins one with
/// every promotion and every restore to a point in time. A promotion need not lose anything (a synchronous standby), but nobody can tell
/// from inside, and a false alarm costs one look at the origins.
/// </para>
/// <para>
/// What it cannot know. The whole cluster was stopped, and the files of the database were put back as a plain copy: same server, same
/// timeline, and nobody remembers. Then the first sweep is the truth about who is on air, and generations may come twice.
/// </para>
/// </remarks>
public sealed class RollbackDetector
{
    private StoreHistory? _known;
    private long _beat;

    /// <summary>The newest epoch that this member has heard of.</summary>
    public long Epoch => _known?.Epoch ?? 0;

    /// <summary>Takes what a beat saw; what was noticed is noticed again until <see cref="Accept"/>.</summary>
    public RollbackVerdict Observe(StoreSighting seen)
    {
        var isFirst = _known is null;
        var recorded = seen.Recorded ?? new StoreHistory(0, seen.Identity);
        var known = _known ?? recorded;
        if (WhyBack(seen, recorded, known) is { } why)
        {
            return new RollbackVerdict.WentBack(why, Math.Max(known.Epoch, recorded.Epoch));
        }

        if (_known is not null && recorded.Epoch > known.Epoch)
        {
            return new RollbackVerdict.ToldByOthers(recorded.Epoch);
        }

        _known = known with { Identity = seen.Identity.Length > 0 ? seen.Identity : known.Identity };
        _beat = seen.Beat + 1 ?? _beat;
        if (isFirst && seen.IsRecent && recorded.Epoch > 0)
        {
            return new RollbackVerdict.ToldByOthers(recorded.Epoch);
        }

        return RollbackVerdict.None.Instance;
    }

    /// <summary>The store holds this epoch now, and a new count of this member's beats begins.</summary>
    public void Accept(StoreHistory history, long? beat)
    {
        _known = history;
        _beat = beat + 1 ?? 0;
    }

    private string? WhyBack(StoreSighting seen, StoreHistory recorded, StoreHistory known)
    {
        // Raised by somebody who saw the same server as this beat: the others need not raise it again.
        var isToldOfIt = recorded.Epoch > known.Epoch && recorded.Identity == seen.Identity;
        if (isToldOfIt)
        {
            return null;
        }

        if (recorded.Epoch < known.Epoch)
        {
            return $"it is in epoch {recorded.Epoch}, and was in {known.Epoch}";
        }

        if (seen.Identity.Length > 0 && known.Identity.Length > 0 && seen.Identity != known.Identity)
        {
            return $"it is {Tell(seen.Identity)}, and was {Tell(known.Identity)}";
        }

        return seen.Beat switch
        {
            null when _beat > 0 => $"it does not know this member, of which it had taken {_beat} beats",
            { } beat when beat < _beat => $"it knows {beat} beats of this member, and had taken {_beat}",
            _ => null,
        };
    }

    private static string Tell(string identity) => identity.Split('/') is [var server, var timeline]
        ? $"server {server} on timeline {timeline}"
        : identity;
}
