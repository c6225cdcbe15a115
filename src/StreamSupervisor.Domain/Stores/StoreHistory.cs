namespace StreamSupervisor.Domain.Stores;

/// <summary>What a store says of its own past; kept in it, so it goes back in time with everything else there.</summary>
/// <param name="Epoch">
/// Grows with every rollback that somebody noticed: by one, and to the seconds since 2026 by the clock of the database at least. The
/// clock is compared with nothing; it only makes it unlikely that a number comes again when all who remember it are gone.
/// </param>
/// <param name="Identity">Which server wrote it, on which timeline (<c>system identifier/timeline</c>); empty: not known.</param>
public sealed record StoreHistory(long Epoch, string Identity)
{
    /// <summary>More than any key is admitted between two rollbacks.</summary>
    private const long GenerationsOfAnEpoch = 1_000_000;

    /// <summary>Every generation of this epoch is above it, and every one of an earlier epoch below.</summary>
    public static long GenerationFloorOf(long epoch) => epoch * GenerationsOfAnEpoch;
}

/// <summary>What one beat of a member saw of the store.</summary>
/// <param name="Recorded">What stands in the store; null: nothing yet.</param>
/// <param name="Identity">Which server answers now, and on which timeline; empty where it does not say.</param>
/// <param name="Beat">
/// How many beats of this member the store had taken before this one; null: it does not know the member.
/// </param>
/// <param name="IsRecent">Whether the epoch is so young, by the clock of the store that wrote it, that others may still be at it.</param>
public sealed record StoreSighting(StoreHistory? Recorded, string Identity, long? Beat, bool IsRecent = false);
