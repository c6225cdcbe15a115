using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Server.Management;

/// <summary>Where the shards are.</summary>
/// <param name="SelfNode">The address of the member that answers.</param>
/// <param name="Shards">Those in memory somewhere, by their numbers. A shard that nobody has asked for yet is not among them.</param>
public sealed record ClusterShardsView(string? SelfNode, IReadOnlyList<ClusterShardView> Shards);

/// <summary>One shard.</summary>
/// <param name="ShardId">Its number, from 0.</param>
/// <param name="NumEntities">Stream keys in memory.</param>
/// <param name="Node">The address of the member that has it; absent where nobody has.</param>
/// <param name="OwnerName">What people call that member.</param>
/// <param name="Local">Whether it is the member that answers.</param>
/// <param name="Streams">Keys in memory, in their order; some of them, and only where it is local and one shard was asked for.</param>
/// <param name="More">Whether there are more than these.</param>
public sealed record ClusterShardView(int ShardId, int NumEntities, string? Node, string? OwnerName, bool Local,
    IReadOnlyList<string>? Streams = null,
    bool? More = null)
{
    internal static ClusterShardView Of(ShardSighting shard, MembershipReport report)
    {
        var owner = report.Members.FirstOrDefault(member => member.Address == shard.Address);
        return new ClusterShardView(shard.Shard, shard.Streams, shard.Address, owner?.Name, owner?.IsSelf ?? false);
    }

    /// <param name="most">Names at most so many streams.</param>
    internal ClusterShardView With(IReadOnlyList<string>? keys, int most) =>
        keys is null ? this : this with { Streams = [.. keys.Take(most)], More = keys.Count > most };
}
