using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Server.Management;

/// <summary>The whole map of shards.</summary>
/// <param name="SelfNode">The address of the member that answers.</param>
/// <param name="Shards">By their numbers.</param>
public sealed record ClusterShardsView(string SelfNode, IReadOnlyList<ClusterShardView> Shards);

/// <summary>One shard.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="Epoch">The fencing token under which its owner writes.</param>
/// <param name="Owner">The owner's address; null while it has none alive.</param>
/// <param name="OwnerName">What people call the owner.</param>
/// <param name="Incarnation">Which incarnation owns it; may be one that is dead, until another takes the shard.</param>
/// <param name="State"><c>serving</c>, <c>recovering</c>, <c>draining</c>, <c>lost</c> or <c>taking</c> on the owner itself; <c>elsewhere</c> when another
/// member owns it; <c>unowned</c>.</param>
/// <param name="Local">Whether the member that answers has it. What follows is known there only.</param>
/// <param name="Entities">Streams in memory.</param>
/// <param name="Wakeups">Deadlines that are awaited.</param>
/// <param name="Open">Messages taken and not answered yet.</param>
/// <param name="Streams">Keys of streams in memory, in their order; some of them.</param>
/// <param name="More">Whether there are more than these.</param>
public sealed record ClusterShardView(int Shard, long Epoch, string? Owner, string? OwnerName, Guid? Incarnation, string State, bool Local,
    int? Entities, int? Wakeups, int? Open, IReadOnlyList<string>? Streams, bool? More)
{
    /// <param name="cluster">The cluster.</param>
    /// <param name="lease">The shard's row of the map.</param>
    /// <param name="most">Names at most so many streams; null for the short form.</param>
    internal static ClusterShardView Of(ClusterContext cluster, ShardLease lease, int? most = null)
    {
        var report = cluster.Host.ReportOf(lease.Shard, most ?? 0);
        var owner = cluster.Members.FirstOrDefault(member => member.Identity.Id == lease.Owner)?.Identity;
        var isOwn = owner?.Id == cluster.Self.Id;
        var isHere = isOwn || report.State is not ShardState.NotOwned;
        return new ClusterShardView(
            lease.Shard,
            lease.Epoch,
            owner?.BaseUrl,
            owner?.Name,
            lease.Owner,
            isHere ? WordOf(report.State) : owner is null ? "unowned" : "elsewhere",
            isHere,
            isHere ? report.Entities : null,
            isHere ? report.Wakeups : null,
            isHere ? report.Open : null,
            isHere && most is not null ? report.Names : null,
            isHere && most is not null ? report.Entities > report.Names.Count : null);
    }

    private static string WordOf(ShardState state) => state switch
    {
        ShardState.Serving => "serving",
        ShardState.Recovering => "recovering",
        ShardState.Draining => "draining",
        ShardState.Lost => "lost",
        // The map gives it to this member, and it has not begun.
        _ => "taking",
    };
}
