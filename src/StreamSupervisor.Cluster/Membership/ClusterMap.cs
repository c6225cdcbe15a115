using StreamSupervisor.Cluster.Leases;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>
/// Members and owners as one member knows them: what it read, and what it did since. Never changed, only replaced, so that it is read
/// without a lock. What is known of a shard never goes back: a row read before our own move of that shard has the lower epoch, and loses.
/// </summary>
internal sealed class ClusterMap
{
    private readonly ShardLease[] _shards;
    private readonly MemberIdentity?[] _owners;

    private ClusterMap(long version, ShardLease[] shards, MemberIdentity?[] owners, IReadOnlyList<MemberSighting> members) =>
        (Version, _shards, _owners, Members) = (version, shards, owners, members);

    /// <summary>Before the first look: the store says how many shards there are.</summary>
    public static ClusterMap Empty { get; } = new(-1, [], [], []);

    /// <summary>The version of the table that was read last.</summary>
    public long Version { get; }

    /// <summary>Everybody alive, by name.</summary>
    public IReadOnlyList<MemberSighting> Members { get; }

    public IReadOnlyList<ShardLease> Shards => _shards;

    /// <summary>The owner, if it is alive.</summary>
    public MemberIdentity? OwnerOf(int shard) => shard < _owners.Length ? _owners[shard] : null;

    public int CountOf(Guid member) => _shards.Count(shard => shard.Owner == member);

    /// <summary>The map after a look.</summary>
    /// <param name="table">Null when it has not changed since the last.</param>
    /// <param name="members">Everybody alive.</param>
    public ClusterMap With(ShardTable? table, IReadOnlyList<MemberSighting> members)
    {
        var shards = _shards;
        if (table is not null)
        {
            shards = [.. table.Shards];
            foreach (var row in _shards)
            {
                if (row.Epoch > shards[row.Shard].Epoch)
                {
                    shards[row.Shard] = row;
                }
            }
        }

        MemberSighting[] ordered = [.. members.OrderBy(member => member.Identity.Name, StringComparer.Ordinal).ThenBy(member => member.Identity.Id)];
        return new ClusterMap(table?.Version ?? Version, shards, OwnersOf(shards, ordered), ordered);
    }

    /// <summary>The map after moves of our own.</summary>
    public ClusterMap With(IReadOnlyList<ShardLease> moved)
    {
        var shards = (ShardLease[])_shards.Clone();
        var owners = (MemberIdentity?[])_owners.Clone();
        foreach (var row in moved)
        {
            if (row.Epoch > shards[row.Shard].Epoch)
            {
                shards[row.Shard] = row;
                owners[row.Shard] = Find(Members, row.Owner);
            }
        }

        return new ClusterMap(Version, shards, owners, Members);
    }

    /// <summary>Whether somebody who routes or plans by it sees a difference: beats alone are none.</summary>
    public bool DiffersFrom(ClusterMap before) =>
        (_shards != before._shards && !_shards.AsSpan().SequenceEqual(before._shards))
        || !Members.Select(Essence).SequenceEqual(before.Members.Select(Essence));

    /// <summary>Most looks bring beats only: the owners stay the array that they were.</summary>
    private MemberIdentity?[] OwnersOf(ShardLease[] shards, MemberSighting[] members) =>
        shards == _shards && members.Select(member => member.Identity).SequenceEqual(Members.Select(member => member.Identity))
            ? _owners
            : Array.ConvertAll(shards, shard => Find(members, shard.Owner));

    /// <summary>Members are few: looking at each is faster than a dictionary.</summary>
    private static MemberIdentity? Find(IReadOnlyList<MemberSighting> members, Guid? id)
    {
        if (id is { } owner)
        {
            for (var i = 0; i < members.Count; i++)
            {
                if (members[i].Identity.Id == owner)
                {
                    return members[i].Identity;
                }
            }
        }

        return null;
    }

    private static (MemberIdentity, MemberState) Essence(MemberSighting member) => (member.Identity, member.State);
}
