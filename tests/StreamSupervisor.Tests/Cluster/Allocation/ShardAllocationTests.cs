using StreamSupervisor.Cluster.Allocation;

namespace StreamSupervisor.Tests.Cluster.Allocation;

public class ShardAllocationTests
{
    private static readonly Guid A = new("00000000-0000-0000-0000-00000000000a");
    private static readonly Guid B = new("00000000-0000-0000-0000-00000000000b");
    private static readonly Guid C = new("00000000-0000-0000-0000-00000000000c");
    private static readonly HashSet<Guid> Nobody = [];

    [Fact]
    public void Free_shards_are_dealt_out_evenly()
    {
        var owners = new Guid?[256];
        var after = Apply(owners, ShardAllocation.Plan([A, B, C], owners, Nobody));
        Counts(after).ShouldBe([85, 85, 86], ignoreOrder: true);
    }

    [Fact]
    public void A_balanced_map_stays_as_it_is()
    {
        Guid?[] owners = [A, B, C, A, B, C, A];
        ShardAllocation.Plan([C, B, A], owners, Nobody).ShouldBeEmpty();
    }

    [Fact]
    public void A_member_that_joins_gets_its_share_from_those_who_have_too_much()
    {
        Guid?[] owners = [A, A, A, A, B, B, B, B];
        var moves = ShardAllocation.Plan([A, B, C], owners, Nobody);
        moves.Count.ShouldBe(2);
        moves.ShouldAllBe(move => move.To == C && move.From != null);
        Counts(Apply(owners, moves)).ShouldBe([2, 3, 3], ignoreOrder: true);
    }

    [Fact]
    public void The_shards_of_a_dead_member_are_free_to_take()
    {
        Guid?[] owners = [A, B, C, C];
        ShardAllocation.Plan([A, B], owners, Nobody).ShouldAllBe(move => move.From == null);
    }

    [Fact]
    public void A_draining_member_hands_its_shards_over()
    {
        Guid?[] owners = [A, B, C, C];
        var moves = ShardAllocation.Plan([A, B], owners, new HashSet<Guid> { C });
        moves.Count.ShouldBe(2);
        moves.ShouldAllBe(move => move.From == C);
    }

    [Fact]
    public void With_nobody_to_own_nothing_moves() => ShardAllocation.Plan([], [A, null], Nobody).ShouldBeEmpty();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_map_the_plan_balances_within_one_and_moves_as_little_as_possible(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var members = Enumerable.Range(0, random.Next(1, 9)).Select(i => new Guid(i + 1, 0, 0, new byte[8])).ToList();
            var strangers = new[] { A, B };
            var owners = Enumerable.Range(0, random.Next(1, 300)).Select(_ => random.Next(4) switch
            {
                0 => (Guid?)null,
                1 => strangers[random.Next(2)],
                _ => members[random.Next(members.Count)],
            }).ToArray();

            var moves = ShardAllocation.Plan(members, owners, new HashSet<Guid> { A });
            var after = Apply(owners, moves);

            var counts = members.Select(member => after.Count(owner => owner == member)).ToList();
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1, $"seed {seed}, round {round}");
            counts.Sum().ShouldBe(owners.Length);
            moves.Select(move => move.Shard).ShouldBeUnique();

            // Only what is homeless or above the ceiling of a fair share moves.
            var homeless = owners.Count(owner => owner is not { } id || !members.Contains(id));
            var before = members.Select(member => owners.Count(owner => owner == member)).OrderDescending().ToList();
            var odd = owners.Length % members.Count;
            var surplus = before.Select((count, rank) => Math.Max(0, count - (owners.Length / members.Count) - (rank < odd ? 1 : 0))).Sum();
            moves.Count.ShouldBe(homeless + surplus);
        }
    }

    private static Guid?[] Apply(Guid?[] owners, IReadOnlyList<ShardMove> moves)
    {
        var after = (Guid?[])owners.Clone();
        foreach (var move in moves)
        {
            after[move.Shard] = move.To;
        }

        return after;
    }

    private static int[] Counts(Guid?[] owners) => [.. owners.GroupBy(owner => owner).Select(group => group.Count())];
}
