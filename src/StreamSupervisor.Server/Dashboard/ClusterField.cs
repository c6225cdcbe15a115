using System.Globalization;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Who owns which shard, as a field.</summary>
/// <param name="Owners">The members that own any, by name; their place is their pattern.</param>
/// <param name="Cells">All shards, by number.</param>
public sealed record ClusterField(IReadOnlyList<string> Owners, IReadOnlyList<ClusterCell> Cells)
{
    /// <summary>So many to a row.</summary>
    public const int Side = 16;

    /// <summary>There are so many patterns; with more members they begin again.</summary>
    public const int Patterns = 8;

    /// <summary>Rows of the field, the last one maybe not full.</summary>
    public int Rows => (Cells.Count + Side - 1) / Side;

    /// <summary>The field of what is known.</summary>
    /// <param name="shards">Those that are in memory somewhere.</param>
    /// <param name="count">How many there are.</param>
    internal static ClusterField Of(IReadOnlyList<ClusterShardView> shards, int count)
    {
        var owners = shards.Select(NameOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var byNumber = shards.ToDictionary(shard => shard.ShardId);
        return new ClusterField(owners,
        [
            .. Enumerable.Range(0, count).Select(number => byNumber.GetValueOrDefault(number) is { } shard
                ? new ClusterCell(number, NameOf(shard), owners.IndexOf(NameOf(shard)), shard.NumEntities)
                : new ClusterCell(number, null, null, 0)),
        ]);
    }

    /// <summary>The class of a member's squares.</summary>
    internal static string ClassOf(int? owner) =>
        owner is { } place ? string.Create(CultureInfo.InvariantCulture, $"o{place % Patterns}") : "nobody";

    private static string NameOf(ClusterShardView shard) => shard.OwnerName ?? shard.Node ?? "?";
}

/// <summary>One square.</summary>
/// <param name="Owner">The member's name; null: nobody has asked for the shard yet.</param>
/// <param name="Place">Of the owner among the owners.</param>
/// <param name="Keys">Stream keys in memory.</param>
public sealed record ClusterCell(int Shard, string? Owner, int? Place, int Keys);

/// <summary>A shard that was opened.</summary>
/// <param name="Keys">Its keys in memory; null where another member has it.</param>
public sealed record OpenedShard(int Shard, IReadOnlyList<string>? Keys);
