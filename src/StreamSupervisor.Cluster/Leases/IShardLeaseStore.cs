using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Leases;

/// <summary>
/// Who owns which shard. Every change of owner raises the epoch, and so fences what the former owner still has under way. To raise the
/// epoch of an own shard, after an unknown write or a lost answer of this store: <see cref="IShardOwnership.ReacquireAsync"/>. A call that
/// throws <see cref="StoreUnavailableException"/> may have taken place all the same: read the map.
/// </summary>
public interface IShardLeaseStore
{
    /// <summary>The map, if it has changed; cheap when it has not.</summary>
    /// <param name="knownVersion">The version that the caller has; -1 for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when it is still that version.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<ShardTable?> ReadAsync(long knownVersion, CancellationToken cancellation);

    /// <summary>Takes shards that nobody alive owns: free ones, and those of members that are dead or left.</summary>
    /// <param name="member">Gets them, if it is active.</param>
    /// <param name="shards">Only out of these.</param>
    /// <param name="limit">At most so many, the lowest numbers first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What it got; empty when others were faster.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<IReadOnlyList<ShardEpoch>> GrabAsync(Guid member, IReadOnlyList<int> shards, int limit, CancellationToken cancellation);

    /// <summary>Passes an own shard to an active member.</summary>
    /// <returns>The epoch under which the new owner writes; null when the shard is not the caller's under this epoch, or the other is not
    /// active.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<long?> HandOffAsync(ShardEpoch shard, Guid from, Guid to, CancellationToken cancellation);

    /// <summary>Gives own shards back: nobody owns them.</summary>
    /// <returns>Those that were the member's under these epochs.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<IReadOnlyList<int>> ReleaseAsync(Guid member, IReadOnlyList<ShardEpoch> shards, CancellationToken cancellation);

    /// <summary>Tells the owner that an active member waits for a planned handoff; null takes it back. Only a note: the epoch
    /// stays.</summary>
    /// <returns>False when the shard is not under this epoch any more.</returns>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<bool> WantAsync(ShardEpoch shard, Guid? member, CancellationToken cancellation);
}

/// <summary>The whole map at one moment.</summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Shards">By their numbers, from 0, without gaps.</param>
public sealed record ShardTable(long Version, IReadOnlyList<ShardLease> Shards);

/// <summary>One shard's row of the map.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="Epoch">The fencing token.</param>
/// <param name="Owner">Null: nobody.</param>
/// <param name="Want">Who waits for a planned handoff.</param>
public readonly record struct ShardLease(int Shard, long Epoch, Guid? Owner, Guid? Want);
