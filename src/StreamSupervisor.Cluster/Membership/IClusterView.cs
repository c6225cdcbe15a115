using StreamSupervisor.Cluster.Leases;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>The cluster as one member sees it now. Reading it costs nothing and asks nobody; it may be some hundred milliseconds old.</summary>
public interface IClusterView
{
    /// <summary>This incarnation.</summary>
    MemberIdentity Self { get; }

    /// <summary>Everybody alive, by name; the caller included.</summary>
    IReadOnlyList<MemberSighting> Members { get; }

    /// <summary>The owner of a shard; null while it has none.</summary>
    MemberIdentity? OwnerOf(int shard);

    /// <summary>The whole map of shards, by their numbers.</summary>
    IReadOnlyList<ShardLease> Shards { get; }

    /// <summary>Monotonic time since the last renewal was sent that succeeded: how old this member's lease is.</summary>
    TimeSpan LeaseAge { get; }

    /// <summary>Waits for the next change of members or owners.</summary>
    /// <returns>False when cancelled before it.</returns>
    Task<bool> NextChangeAsync(CancellationToken cancellation);

    /// <summary>Looks soon instead of at the next poll: somebody said that the map here is old.</summary>
    void LookSoon();
}
