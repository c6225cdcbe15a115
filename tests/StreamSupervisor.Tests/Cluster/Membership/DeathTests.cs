using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Cluster.Membership;

public sealed class DeathTests
{
    private readonly MemoryClusterScene _scene = new();

    [Fact]
    public void A_member_whose_process_is_killed_is_replaced_within_half_a_second()
    {
        var members = _scene.StartAll("a", "b", "c");
        var key = Owned(members[2]);
        members[0].Ask(key, new Count("1")).Status.ShouldBe(AskStatus.Answered);

        members[2].Kill();
        var outage = _scene.RunUntil(() => MemoryClusterScene.IsBalanced(members[0], members[1]));

        outage.ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
        members[1].Ask(key, new Count("2")).Reply.ShouldBe(new CounterReply(2));
    }

    [Fact]
    public void A_machine_that_vanishes_is_replaced_when_its_lease_is_over()
    {
        var members = _scene.StartAll("a", "b", "c");

        // Neither its connections end nor does its address refuse: nobody is told.
        members[2].Process.Pause();
        var outage = _scene.RunUntil(() => MemoryClusterScene.IsBalanced(members[0], members[1]));

        outage.ShouldBeInRange(TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(5.5));
    }

    [Fact]
    public void A_member_that_was_paused_and_replaced_wakes_up_fenced_and_serves_nothing()
    {
        var members = _scene.StartAll("a", "b", "c");
        var sleeper = members[2];
        var key = Owned(sleeper);
        sleeper.Ask(key, new Count("1"));
        sleeper.Process.Pause();
        _scene.RunUntil(() => MemoryClusterScene.IsBalanced(members[0], members[1]));

        var late = sleeper.AskAsync(key, new Count("late"), TimeSpan.FromSeconds(20));
        sleeper.Process.Resume();
        members[0].Ask(key, new Count("2")).Reply.ShouldBe(new CounterReply(2));
        _scene.RunUntil(() => sleeper.Member.Died.IsCompleted && late.IsCompleted);

        sleeper.Serving.ShouldBe(0);
        _scene.Cluster.StateOf(sleeper.Identity.Id).ShouldBe(MemberState.Dead);
        _scene.Cluster.DoubleOwners.ShouldBeEmpty();
        _scene.Store.EventsOf(key).Select(@event => @event.Epoch).ShouldBeInOrder();
    }

    [Fact]
    public void A_member_that_has_just_joined_and_has_neither_session_nor_listener_yet_is_not_taken_for_dead()
    {
        _scene.StartAll("a", "b");

        var c = _scene.Start("c", link => link.SessionLatency = TimeSpan.FromMilliseconds(500));
        _scene.Network.StopListening(c.Identity.BaseUrl);
        _scene.RunFor(TimeSpan.FromSeconds(3));

        c.Member.Died.IsCompleted.ShouldBeFalse();
        c.Serving.ShouldBeInRange(85, 86);
    }

    [Fact]
    public void A_lone_member_that_is_killed_and_started_again_at_its_address_does_not_wait_for_its_former_lease()
    {
        var before = _scene.StartAll("a")[0];
        _scene.RunFor(TimeSpan.FromSeconds(5));
        before.Kill();

        var after = _scene.Start("a");

        _scene.RunUntil(() => after.Serving == ShardMap.Shards).ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void A_restart_of_the_database_that_ends_all_sessions_kills_nobody()
    {
        var members = _scene.StartAll("a", "b", "c");

        _scene.Cluster.EndSessions();
        _scene.RunFor(TimeSpan.FromSeconds(10));

        members.ShouldAllBe(member => !member.Member.Died.IsCompleted);
        MemoryClusterScene.IsBalanced(members).ShouldBeTrue();
    }

    [Fact]
    public void A_member_that_its_peers_cannot_reach_lives_as_long_as_it_beats()
    {
        var members = _scene.StartAll("a", "b", "c");
        _scene.Network.Cut("http://a", "http://c");
        _scene.Network.Cut("http://b", "http://c");
        _scene.Cluster.EndSessions();

        _scene.RunFor(TimeSpan.FromSeconds(20));

        members[2].Serving.ShouldBeGreaterThan(80);
    }

    private static string Owned(MemoryClusterMember member) =>
        MemoryClusterScene.EntityIn(Enumerable.Range(0, ShardMap.Shards).First(member.Serves));
}
