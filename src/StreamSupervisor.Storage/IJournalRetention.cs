using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage;

/// <summary>Deletes history that nobody needs to recover an entity, in small steps.</summary>
public interface IJournalRetention
{
    /// <summary>
    /// Deletes at most <paramref name="limit"/> events of a shard that are older than <paramref name="olderThan"/> and that a snapshot
    /// covers. The event at the snapshot's own sequence stays: it is the one behind which the next append is checked.
    /// </summary>
    /// <param name="owner">Deletes are fenced like any write: a former owner must not clear what its successor still reads.</param>
    /// <param name="olderThan">An age, by the clock of the store.</param>
    /// <param name="limit">Keeps a step short: appends of the shard wait for it.</param>
    /// <param name="cancellation">Stops before the step, not within.</param>
    /// <returns>How many were deleted; less than the limit means that nothing is left to do. 0 as well when the epoch is old.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<int> CompactAsync(ShardEpoch owner, TimeSpan olderThan, int limit, CancellationToken cancellation);
}
