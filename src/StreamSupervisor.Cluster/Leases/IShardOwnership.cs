namespace StreamSupervisor.Cluster.Leases;

/// <summary>
/// Who may own: tells the region which shards this member owns, under which epoch, and takes them away. With one member everything is
/// owned from the start; with several a lease stands behind it. Safety never rests on it: the epoch in every write does that.
/// </summary>
public interface IShardOwnership
{
    /// <summary>Raises the epoch of a shard that this member owns, after a write whose outcome is unknown.</summary>
    /// <returns>The new epoch; null when the shard is not ours any more. Throws nothing: an unreachable store is null too.</returns>
    Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation);

    /// <summary>
    /// A write under this epoch was fenced, or the shard could not be recovered under it. The region has dropped the shard already and
    /// serves it again when it is owned under a higher epoch. Must return at once and must not throw.
    /// </summary>
    void Lost(Persistence.ShardEpoch owned)
    {
    }
}
