using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Tests.Cluster;

public sealed class ShardMapTests
{
    [Theory]
    [InlineData("", 82)]
    [InlineData("__defaultVhost__/live/cam1", 126)]
    [InlineData("__defaultVhost__/live/cam2", 180)]
    [InlineData("直播/北京/一号机", 210)]
    public void The_shard_of_an_entity_never_changes(string entityId, int shard) => ShardMap.ShardOf(entityId).ShouldBe(shard);

    [Fact]
    public void An_id_too_long_for_the_stack_has_a_shard_too() =>
        ShardMap.ShardOf(new string('x', 5000)).ShouldBe(ShardMap.ShardOf(new string('x', 5000)));

    [Fact]
    public void Ids_that_differ_in_a_trailing_number_spread_evenly()
    {
        var counts = new int[ShardMap.Shards];
        for (var i = 0; i < 100_000; i++)
        {
            counts[ShardMap.ShardOf($"__defaultVhost__/live/cam{i}")]++;
        }

        counts.Min().ShouldBeGreaterThan(300); // 390 on average
        counts.Max().ShouldBeLessThan(490);
    }
}
