using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Cluster.Membership;

public sealed class JoiningTests
{
    private readonly MemoryClusterScene _scene = new();

    [Fact]
    public void A_member_that_is_alone_serves_every_shard_at_once()
    {
        var a = _scene.Start("a");

        _scene.RunUntil(() => a.Serving == 256).ShouldBeLessThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Members_that_start_together_share_the_shards_evenly()
    {
        var members = _scene.StartAll("a", "b", "c");

        members.Select(member => member.Serving).ShouldBe([85, 85, 86], ignoreOrder: true);
    }

    [Fact]
    public void A_third_member_gets_its_share_when_the_members_have_settled_and_no_other_shard_moves()
    {
        var members = _scene.StartAll("a", "b");
        var before = _scene.Cluster.Table.Shards;

        var c = _scene.Start("c");
        _scene.RunFor(TimeSpan.FromMilliseconds(900));
        c.Serving.ShouldBe(0);
        _scene.RunUntil(() => MemoryClusterScene.IsBalanced([.. members, c])).ShouldBeLessThan(TimeSpan.FromSeconds(1));

        var moved = _scene.Cluster.Table.Shards.Where(shard => shard.Owner != before[shard.Shard].Owner).ToList();
        moved.ShouldAllBe(shard => shard.Owner == c.Identity.Id && shard.Epoch == before[shard.Shard].Epoch + 1);
        moved.Count.ShouldBeInRange(85, 86);
    }

    [Fact]
    public void A_balanced_cluster_leaves_owners_and_epochs_alone()
    {
        _scene.StartAll("a", "b", "c");
        _scene.RunFor(TimeSpan.FromSeconds(3));
        var version = _scene.Cluster.Table.Version;

        _scene.RunFor(TimeSpan.FromMinutes(5));

        _scene.Cluster.Table.Version.ShouldBe(version);
    }

    [Fact]
    public void Without_hints_a_cluster_finds_its_balance_by_looking()
    {
        _scene.Cluster.SendsHints = false;

        _scene.StartAll("a", "b", "c");
    }
}
