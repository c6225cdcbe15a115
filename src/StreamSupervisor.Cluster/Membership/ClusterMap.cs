using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>
/// Members and owners as one member knows them: what it read, and what it did since. Never changed, only replaced, so that it is read
/// without a lock. What is known of a shard never goes back: a row read before our own move of that shard has the lower epoch, and loses.
/// </summary>
internal sealed class ClusterMap
{
    private readonly ShardLease[] _shards;
    private readonly MemberIdentity?[] _owners;

    private ClusterMap(long version, ShardLease[] shards, IReadOnlyList<MemberSighting> members)
    {
        (Version, _shards, Members) = (version, shards, members);
        var identities = members.ToDictionary(member => member.Identity.Id, member => member.Identity);
        _owners = Array.ConvertAll(shards, shard => shard.Owner is { } owner ? identities.GetValueOrDefault(owner) : null);
    }

    public static ClusterMap Empty { get; } =
        new(-1, [.. Enumerable.Range(0, ShardMap.Shards).Select(shard => new ShardLease(shard, 0, null, null))], []);

    /// <summary>The version of the table that was read last.</summary>
    public long Version { get; }

    /// <summary>Everybody alive, by name.</summary>
    public IReadOnlyList<MemberSighting> Members { get; }

    public IReadOnlyList<ShardLease> Shards => _shards;

    /// <summary>The owner, if it is alive.</summary>
    public MemberIdentity? OwnerOf(int shard) => _owners[shard];

    public int CountOf(Guid member) => _shards.Count(shard => shard.Owner == member);

    /// <summary>The map after a look.</summary>
    /// <param name="table">Null when it has not changed since the last.</param>
    /// <param name="members">Everybody alive.</param>
    public ClusterMap With(ShardTable? table, IReadOnlyList<MemberSighting> members)
    {
        var shards = _shards;
        if (table is not null)
        {
            shards = (ShardLease[])_shards.Clone();
            foreach (var row in table.Shards)
            {
                if (row.Shard < shards.Length && row.Epoch >= shards[row.Shard].Epoch)
                {
                    shards[row.Shard] = row;
                }
            }
        }

        return new ClusterMap(table?.Version ?? Version, shards,
            [.. members.OrderBy(member => member.Identity.Name, StringComparer.Ordinal).ThenBy(member => member.Identity.Id)]);
    }

    /// <summary>The map after moves of our own.</summary>
    public ClusterMap With(IReadOnlyList<ShardLease> moved)
    {
        var shards = (ShardLease[])_shards.Clone();
        foreach (var row in moved)
        {
            if (row.Epoch > shards[row.Shard].Epoch)
            {
                shards[row.Shard] = row;
            }
        }

        return new ClusterMap(Version, shards, Members);
    }

    /// <summary>Whether somebody who routes or plans by it sees a difference: beats alone are none.</summary>
    public bool DiffersFrom(ClusterMap before) =>
        (_shards != before._shards && !_shards.AsSpan().SequenceEqual(before._shards))
        || !Members.Select(Essence).SequenceEqual(before.Members.Select(Essence));

    private static (MemberIdentity, MemberState) Essence(MemberSighting member) => (member.Identity, member.State);
}
