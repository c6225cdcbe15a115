using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Management;

/// <summary>What the cluster endpoints stand on; one per program.</summary>
internal sealed record ClusterContext
{
    /// <summary>This incarnation.</summary>
    public required MemberIdentity Self { get; init; }

    /// <summary>The cluster as this member sees it; null where it is alone with a file.</summary>
    public required IClusterView? View { get; init; }

    /// <summary>Where members are drained and declared dead; null where it is alone with a file.</summary>
    public required IMembershipStore? Membership { get; init; }

    /// <summary>The shards of this member.</summary>
    public required IShardHost Host { get; init; }
    public required ApiOptions Api { get; init; }
    public required ManagementOptions Management { get; init; }

    /// <summary>Everybody alive. Who is alone has no lease that could end.</summary>
    public IReadOnlyList<MemberSighting> Members => View?.Members ?? [new MemberSighting(Self, MemberState.Active, 0, LeaseExpired: false, SessionHeld: true)];

    /// <summary>The whole map of shards, by their numbers.</summary>
    public IReadOnlyList<ShardLease> Shards => View?.Shards
        ?? [.. Enumerable.Range(0, ShardMap.Shards).Select(shard => new ShardLease(shard, Host.ReportOf(shard, 0).Epoch, Self.Id, null))];
}
