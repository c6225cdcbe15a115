using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Cluster.Leases;

public sealed class LeaseTests
{
    private readonly MemoryClusterScene _scene = new();

    [Fact]
    public void An_outage_of_the_store_shorter_than_the_lease_moves_nothing()
    {
        var members = _scene.StartAll("a", "b", "c");
        var version = _scene.Cluster.Table.Version;

        _scene.Cluster.IsDown = true;
        _scene.RunFor(TimeSpan.FromSeconds(3));
        _scene.Cluster.IsDown = false;
        _scene.RunFor(TimeSpan.FromSeconds(10));

        MemoryClusterScene.IsBalanced(members).ShouldBeTrue();
        _scene.Cluster.Table.Version.ShouldBe(version);
    }

    [Theory]
    [InlineData(LinkFault.Refuses)]
    [InlineData(LinkFault.Silent)]
    public void An_outage_longer_than_the_lease_stops_everybody_and_kills_nobody(LinkFault fault)
    {
        var members = _scene.StartAll("a", "b", "c");
        var owners = Owners();

        Spoil(members, fault);
        _scene.RunFor(TimeSpan.FromSeconds(6));
        members.ShouldAllBe(member => member.Serving == 0);
        _scene.RunFor(TimeSpan.FromSeconds(24));
        Spoil(members, LinkFault.None);
        _scene.RunUntil(() => MemoryClusterScene.IsBalanced(members)).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        _scene.RunFor(TimeSpan.FromSeconds(10));

        members.ShouldAllBe(member => !member.Member.Died.IsCompleted);
        Owners().ShouldBe(owners);
    }

    [Fact]
    public void A_member_stops_serving_before_its_lease_is_over_though_the_renewal_hangs()
    {
        var members = _scene.StartAll("a", "b");
        _scene.RunFor(TimeSpan.FromSeconds(3));

        members[1].Link.Fault = LinkFault.Silent;
        _scene.RunUntil(() => members[1].Serving == 0);

        members[1].Member.LeaseAge.ShouldBe(TimeSpan.FromSeconds(4.5));
        _scene.Cluster.StateOf(members[1].Identity.Id).ShouldBe(MemberState.Active);
    }

    [Fact]
    public void A_member_that_is_cut_off_from_the_store_is_replaced_and_finds_itself_dead()
    {
        var members = _scene.StartAll("a", "b", "c");
        members[2].Link.Fault = LinkFault.Silent;

        var outage = _scene.RunUntil(() => MemoryClusterScene.IsBalanced(members[0], members[1]));
        members[2].Serving.ShouldBe(0);
        members[2].Link.Fault = LinkFault.None;
        _scene.RunUntil(() => members[2].Member.Died.IsCompleted);

        outage.ShouldBeInRange(TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(6));
        members[2].Serving.ShouldBe(0);
    }

    [Fact]
    public void Lost_answers_of_the_store_leave_nothing_half_done()
    {
        var members = _scene.StartAll("a", "b");
        var c = _scene.Start("c");

        for (var round = 0; round < 20; round++)
        {
            foreach (var member in _scene.Members)
            {
                member.Link.Fault = member.Link.Fault == LinkFault.None && round % 2 == 0 ? LinkFault.LosesAnswers : LinkFault.None;
            }

            _scene.RunFor(TimeSpan.FromMilliseconds(150));
        }

        Spoil([.. members, c], LinkFault.None);
        _scene.RunUntil(() => MemoryClusterScene.IsBalanced([.. members, c]));
        _scene.Cluster.DoubleOwners.ShouldBeEmpty();
    }

    [Fact]
    public void A_write_of_unknown_outcome_raises_the_epoch_of_its_shard_and_of_no_other()
    {
        var member = _scene.StartAll("a")[0];
        const int Shard = 17;
        var key = MemoryClusterScene.EntityIn(Shard);
        var before = _scene.Cluster.Table.Shards;

        var ask = member.AskAsync(key, new Count("1"));
        member.Link.Fault = LinkFault.LosesAnswers;
        _scene.RunUntil(() => ask.IsCompleted);
        member.Link.Fault = LinkFault.None;
        _scene.RunUntil(() => member.Serving == ShardMap.Shards);

        ask.Result.Status.ShouldBe(AskStatus.Unknown);
        member.Ask(key, new Count("1")).Reply.ShouldBe(new CounterReply(1));
        _scene.Cluster.Table.Shards.Where(shard => shard.Epoch != before[shard.Shard].Epoch).Select(shard => shard.Shard).ShouldBe([Shard]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Whatever_happens_no_two_members_write_under_one_epoch_epochs_only_grow_and_each_attempt_counts_once(int seed) => Storm(seed);

    [Fact]
    public void A_seed_takes_the_same_way_to_the_letter() => Storm(42).ShouldBe(Storm(42));

    /// <returns>The steps that the simulation took, and what the map looked like at its end.</returns>
    private static (long Steps, long Version, long Appends) Storm(int seed)
    {
        var scene = new MemoryClusterScene(seed);
        var random = new Random(seed);
        scene.StartAll("a", "b", "c");
        var epochs = new long[ShardMap.Shards];
        var asked = 0;
        for (var round = 0; round < 60; round++)
        {
            var alive = scene.Members.Where(member => !member.Process.IsKilled && !member.Member.Died.IsCompleted).ToList();
            if (alive.Count < 3)
            {
                scene.Start($"again-{round}");
            }

            var victim = alive[random.Next(alive.Count)];
            switch (random.Next(9))
            {
                case 0 when alive.Count > 2:
                    victim.Kill();
                    break;
                case 1:
                    victim.Process.Pause();
                    break;
                case 2:
                    victim.Link.Fault = (LinkFault)random.Next(1, 4);
                    break;
                case 3:
                    scene.Cluster.IsDown = true;
                    break;
                case 4:
                    scene.Network.Cut(victim.Identity.BaseUrl, alive[random.Next(alive.Count)].Identity.BaseUrl);
                    break;
                case 5:
                    scene.Cluster.EndSessions();
                    break;
                default:
                    scene.Cluster.IsDown = false;
                    scene.Network.Heal();
                    foreach (var member in alive)
                    {
                        member.Link.Fault = LinkFault.None;
                        member.Process.Resume();
                    }

                    break;
            }

            for (var i = 0; i < 5; i++)
            {
                _ = alive[random.Next(alive.Count)].AskAsync($"key-{random.Next(20)}", new Count($"{asked++ / 2}"));
            }

            scene.RunFor(TimeSpan.FromMilliseconds(random.Next(1, 1500)));
            foreach (var row in scene.Cluster.Table.Shards)
            {
                row.Epoch.ShouldBeGreaterThanOrEqualTo(epochs[row.Shard]);
                epochs[row.Shard] = row.Epoch;
            }
        }

        scene.Cluster.IsDown = false;
        scene.Network.Heal();
        foreach (var member in scene.Members.Where(member => !member.Process.IsKilled))
        {
            member.Link.Fault = LinkFault.None;
            member.Process.Resume();
        }

        scene.RunFor(TimeSpan.FromSeconds(10));
        var left = scene.Members.Where(member => !member.Process.IsKilled && !member.Member.Died.IsCompleted).ToArray();
        MemoryClusterScene.IsBalanced(left).ShouldBeTrue($"seed {seed}");
        scene.Cluster.DoubleOwners.ShouldBeEmpty($"seed {seed}");
        for (var key = 0; key < 20; key++)
        {
            var events = scene.Store.EventsOf($"key-{key}");
            events.Select(@event => @event.Epoch).ShouldBeInOrder();
            events.Select(@event => System.Text.Encoding.UTF8.GetString(@event.Payload.Span)).ShouldBeUnique();
        }

        return (scene.Simulation.Steps, scene.Cluster.Table.Version, scene.Store.Appends);
    }

    private Guid?[] Owners() => [.. _scene.Cluster.Table.Shards.Select(shard => shard.Owner)];

    private static void Spoil(IEnumerable<MemoryClusterMember> members, LinkFault fault)
    {
        foreach (var member in members)
        {
            member.Link.Fault = fault;
        }
    }
}
