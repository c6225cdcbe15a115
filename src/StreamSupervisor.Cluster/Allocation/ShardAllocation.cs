namespace StreamSupervisor.Cluster.Allocation;

/// <summary>One shard's change of owner. From nobody: the target may take it. From a member: that member hands it over.</summary>
public readonly record struct ShardMove(int Shard, Guid? From, Guid To);

/// <summary>
/// Who should own what: members and owners in, moves out. Pure, so that every member that sees the same map plans the same moves and each
/// carries out its own part without a leader. Balanced within one shard, and no shard moves that need not.
/// </summary>
public static class ShardAllocation
{
    /// <param name="members">The members that may own: active ones, neither draining nor dead. In any order.</param>
    /// <param name="owners">The owner of each shard, by its number; null or a member that is not listed counts as free.</param>
    /// <param name="handingOver">Owners that are alive but must give everything away: draining members.</param>
    public static IReadOnlyList<ShardMove> Plan(IReadOnlyCollection<Guid> members, IReadOnlyList<Guid?> owners, IReadOnlySet<Guid> handingOver)
    {
        if (members.Count == 0)
        {
            return [];
        }

        var owned = members.ToDictionary(member => member, _ => new List<int>());
        var homeless = new List<(int Shard, Guid? From)>();
        for (var shard = 0; shard < owners.Count; shard++)
        {
            var owner = owners[shard];
            if (owner is { } id && owned.TryGetValue(id, out var shards))
            {
                shards.Add(shard);
            }
            else
            {
                homeless.Add((shard, owner is { } leaving && handingOver.Contains(leaving) ? leaving : null));
            }
        }

        // Those who own the most keep the odd shard: any other choice would move one that could have stayed.
        var ranked = owned.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key).ToList();
        var share = owners.Count / ranked.Count;
        var odd = owners.Count % ranked.Count;
        var wanting = new List<(Guid Member, int Room)>();
        for (var rank = 0; rank < ranked.Count; rank++)
        {
            var (member, shards) = ranked[rank];
            var target = rank < odd ? share + 1 : share;
            for (var surplus = target; surplus < shards.Count; surplus++)
            {
                homeless.Add((shards[surplus], member));
            }

            if (shards.Count < target)
            {
                wanting.Add((member, target - shards.Count));
            }
        }

        var moves = new List<ShardMove>(homeless.Count);
        using var next = homeless.GetEnumerator();
        foreach (var (member, room) in wanting)
        {
            for (var taken = 0; taken < room && next.MoveNext(); taken++)
            {
                moves.Add(new ShardMove(next.Current.Shard, next.Current.From, member));
            }
        }

        return moves;
    }
}
