using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Cluster.Membership;

public sealed class DrainingTests
{
    private readonly MemoryClusterScene _scene = new() { Network = { Latency = TimeSpan.FromMilliseconds(1) } };

    [Fact]
    public void A_member_drains_under_load_and_refuses_no_ask()
    {
        var members = _scene.StartAll("a", "b", "c");
        Latency(members);
        List<Task<AskResult<CounterReply>>> asks = [];

        var drained = members[2].DrainAsync();
        while (!drained.IsCompleted || asks.Count < 300)
        {
            asks.Add(members[asks.Count % 3].AskAsync($"key-{asks.Count % 100}", new Count($"{asks.Count}")));
            _scene.RunFor(TimeSpan.FromMilliseconds(2));
        }

        _scene.RunUntil(() => asks.TrueForAll(ask => ask.IsCompleted));
        asks.ShouldAllBe(ask => ask.Result.Status == AskStatus.Answered);
        _scene.Cluster.StateOf(members[2].Identity.Id).ShouldBe(MemberState.Left);
        MemoryClusterScene.IsBalanced(members[0], members[1]).ShouldBeTrue();
    }

    [Fact]
    public void A_rolling_restart_of_all_members_refuses_no_ask()
    {
        var members = _scene.StartAll("a", "b", "c");
        List<Task<AskResult<CounterReply>>> asks = [];
        for (var i = 0; i < 3; i++)
        {
            var drained = members[i].DrainAsync();
            Load(() => drained.IsCompleted, members);
            members[i].Kill();
            members[i] = _scene.Start(members[i].Identity.Name);
            Load(() => MemoryClusterScene.IsBalanced(members), members);
        }

        _scene.RunUntil(() => asks.TrueForAll(ask => ask.IsCompleted));
        asks.ShouldAllBe(ask => ask.Result.Status == AskStatus.Answered);
        asks.Count.ShouldBeGreaterThan(100);

        void Load(Func<bool> done, MemoryClusterMember[] doors)
        {
            while (!done())
            {
                asks.Add(doors[asks.Count % 3].AskAsync($"key-{asks.Count % 100}", new Count($"{asks.Count}")));
                _scene.RunFor(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    [Fact]
    public void Who_is_held_while_the_shard_is_handed_over_is_held_on_by_the_next_owner_and_answered_there()
    {
        var members = _scene.StartAll("a", "b", "c");
        var shard = Enumerable.Range(0, ShardMap.Shards).First(members[2].Serves);
        var key = MemoryClusterScene.EntityIn(shard);
        var local = members[2].AskAsync(key, new AwaitOpening("1"), TimeSpan.FromSeconds(20));
        var remote = members[0].AskAsync(key, new AwaitOpening("2"), TimeSpan.FromSeconds(20));
        _scene.RunFor(TimeSpan.FromMilliseconds(100));

        _scene.Simulation.Run(() => members[2].DrainAsync());
        _scene.RunFor(TimeSpan.FromSeconds(1));
        local.IsCompleted.ShouldBeFalse();
        remote.IsCompleted.ShouldBeFalse();
        members[0].Ask(key, new Open("1"));
        members[1].Ask(key, new Open("2"));

        _scene.RunUntil(() => local.IsCompleted && remote.IsCompleted);
        local.Result.Status.ShouldBe(AskStatus.Answered);
        remote.Result.Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void A_member_that_has_left_still_passes_on_what_reaches_it()
    {
        var members = _scene.StartAll("a", "b");
        _scene.RunFor(TimeSpan.FromSeconds(5));
        _scene.Simulation.Run(() => members[1].DrainAsync());

        members[0].Kill();
        var c = _scene.Start("c");

        members[1].Ask("key", new Count("1")).Status.ShouldBe(AskStatus.Answered);
        c.Serving.ShouldBe(256);
    }

    [Fact]
    public void The_last_member_leaves_at_once_and_gives_its_shards_back()
    {
        var member = _scene.StartAll("a")[0];

        _scene.Simulation.Run(() => member.DrainAsync(), TimeSpan.FromSeconds(1));

        _scene.Cluster.Table.Shards.ShouldAllBe(shard => shard.Owner == null);
    }

    [Fact]
    public void A_drain_that_loses_its_patience_leaves_with_what_is_left()
    {
        var members = _scene.StartAll("a", "b");
        members[1].Link.Fault = LinkFault.Refuses;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _scene.Simulation.Time);

        _scene.Simulation.Run(() => members[1].DrainAsync(patience.Token), TimeSpan.FromSeconds(5));

        members[1].Serving.ShouldBe(0);
    }

    [Fact]
    public void A_member_that_an_operator_drains_hands_its_shards_over_and_says_so()
    {
        var members = _scene.StartAll("a", "b");

        _scene.Simulation.Run(() => members[0].Link.DrainAsync(members[1].Identity.Id, CancellationToken.None));
        _scene.RunUntil(() => members[0].Serving == 256);

        members[1].Member.AskedToLeave.IsCompleted.ShouldBeTrue();
        members[1].Member.Died.IsCompleted.ShouldBeFalse();
    }

    private static void Latency(IEnumerable<MemoryClusterMember> members)
    {
        foreach (var member in members)
        {
            member.Link.Latency = TimeSpan.FromMilliseconds(2);
        }
    }
}
