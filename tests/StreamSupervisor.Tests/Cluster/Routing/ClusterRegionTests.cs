using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Cluster.Routing;

public sealed class ClusterRegionTests
{
    private readonly MemoryClusterScene _scene = new();

    [Fact]
    public void Any_member_answers_for_any_entity()
    {
        var members = _scene.StartAll("a", "b", "c");

        foreach (var (member, number) in members.Select((member, i) => (member, i + 1)))
        {
            for (var key = 0; key < 20; key++)
            {
                member.Ask($"key-{key}", new Count(member.Identity.Name)).Reply.ShouldBe(new CounterReply(number));
            }
        }
    }

    [Fact]
    public void An_own_shard_is_asked_without_the_network_and_another_with_one_hop()
    {
        var members = _scene.StartAll("a", "b");

        members[0].Ask(Of(members[0]), new Count("1"));
        _scene.Network.Questions.ShouldBe(0);
        members[0].Ask(Of(members[1]), new Count("1"));
        _scene.Network.Questions.ShouldBe(1);
    }

    [Fact]
    public void An_ask_without_an_owner_waits_for_one()
    {
        var a = _scene.Start("a");

        a.Ask("key", new Count("1")).Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void An_ask_that_finds_no_owner_until_its_deadline_is_unavailable()
    {
        var a = _scene.Start("a");
        _scene.Cluster.IsDown = true;

        a.Ask("key", new Count("1"), TimeSpan.FromSeconds(2)).Status.ShouldBe(AskStatus.Unavailable);
    }

    [Fact]
    public void An_ask_whose_owner_is_killed_is_answered_by_the_next()
    {
        var members = _scene.StartAll("a", "b", "c");
        var key = Of(members[2]);
        members[2].Kill();
        var began = _scene.Simulation.Time.GetUtcNow();

        members[0].Ask(key, new Count("1")).Reply.ShouldBe(new CounterReply(1));

        (_scene.Simulation.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void An_ask_that_is_under_way_to_a_paused_member_is_answered_by_the_next_as_soon_as_that_one_is_dead()
    {
        var members = _scene.StartAll("a", "b", "c");
        var key = Of(members[2]);
        members[2].Process.Pause();
        var began = _scene.Simulation.Time.GetUtcNow();

        members[0].Ask(key, new Count("1"), TimeSpan.FromSeconds(20)).Reply.ShouldBe(new CounterReply(1));

        (_scene.Simulation.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void An_old_map_leads_to_a_member_that_is_not_the_owner_and_then_to_the_one_that_is()
    {
        var members = _scene.StartAll("a", "b", "c");
        _scene.RunFor(TimeSpan.FromSeconds(1));

        // It looks, but hears late: what it knows is as old as the way to the store is long.
        members[0].Link.Latency = TimeSpan.FromMilliseconds(500);
        _scene.RunFor(TimeSpan.FromSeconds(2));
        var before = _scene.Cluster.Table.Shards;
        _scene.Simulation.Run(() => members[1].DrainAsync());
        var moved = _scene.Cluster.Table.Shards.First(shard =>
            before[shard.Shard].Owner == members[1].Identity.Id && shard.Owner == members[2].Identity.Id).Shard;
        members[0].Member.OwnerOf(moved)!.Name.ShouldBe("b");

        members[0].Ask(MemoryClusterScene.EntityIn(moved), new Count("1")).Reply.ShouldBe(new CounterReply(1));
        _scene.Network.Questions.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_member_that_is_asked_for_a_shard_of_another_says_so_and_asks_nobody()
    {
        var members = _scene.StartAll("a", "b");
        var answer = _scene.Simulation.Run(() => members[0].Process.Inside(() =>
            members[0].Region.AskLocalAsync(Of(members[1]), new Count("1"), TimeSpan.FromSeconds(5), CancellationToken.None)));

        answer.NotOwner.ShouldBeTrue();
        answer.Result.Status.ShouldBe(AskStatus.Unavailable);
        _scene.Network.Questions.ShouldBe(0);
    }

    [Fact]
    public void A_caller_that_goes_away_ends_its_ask_wherever_it_is()
    {
        var members = _scene.StartAll("a", "b");
        using var gone = new CancellationTokenSource();
        members[1].Process.Pause();
        var ask = members[0].Process.Inside(() => members[0].Region.AskAsync(
            Of(members[1]), new Count("1"), _scene.Simulation.Time.GetUtcNow() + TimeSpan.FromSeconds(5), gone.Token));

        gone.Cancel();
        _scene.Simulation.RunReady();

        ask.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public void A_message_reaches_the_owner_from_any_member()
    {
        var members = _scene.StartAll("a", "b");
        var key = Of(members[1]);

        members[0].Tell(key, new Count("1")).ShouldBeTrue();
        members[1].Tell(key, new Count("2")).ShouldBeTrue();
        _scene.RunFor(TimeSpan.FromMilliseconds(10));

        _scene.Store.EventsOf(key).Count.ShouldBe(2);
    }

    [Fact]
    public void A_message_without_an_owner_is_refused()
    {
        _scene.Cluster.IsDown = true;
        _scene.Start("a").Tell("key", new Count("1")).ShouldBeFalse();
    }

    private static string Of(MemoryClusterMember member) =>
        MemoryClusterScene.EntityIn(Enumerable.Range(0, ShardMap.Shards).First(member.Serves));
}
