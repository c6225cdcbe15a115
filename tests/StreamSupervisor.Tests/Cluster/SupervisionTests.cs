#pragma warning disable xUnit1031 // Tasks that are looked at here have ended: the simulation ran until they had.
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

public sealed class SupervisionTests
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());

    [Fact]
    public void A_message_that_throws_is_answered_failed_and_its_entity_restarted_from_the_journal()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Count("1"));
        var loads = member.Journal.Loads;

        member.Ask("a", new Poison()).Status.ShouldBe(AskStatus.Failed);

        member.Ask("a", new Read()).Reply.ShouldBe(new CounterReply(1));
        member.Journal.Loads.ShouldBe(loads + 1);
    }

    [Fact]
    public void A_restart_waits_longer_after_each_fault()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        TimeSpan Restart()
        {
            member.Ask("a", new Poison());
            var since = _simulation.Time.GetUtcNow();
            _simulation.RunUntil(() => member.Probe.Seen[^1].Name == "changed", TimeSpan.FromMinutes(1));
            return _simulation.Time.GetUtcNow() - since;
        }

        Restart().ShouldBe(TimeSpan.FromMilliseconds(100));
        Restart().ShouldBe(TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public void Those_who_wait_under_a_ticket_go_on_waiting_through_a_restart()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var waiting = member.AskAsync("a", new AwaitOpening("x"), TimeSpan.FromMinutes(1));
        _simulation.RunReady();

        member.Ask("a", new Poison());
        member.Ask("a", new Open("x"));

        _simulation.Run(() => waiting).Reply.ShouldBe(new CounterReply(1));
    }

    [Fact]
    public void Three_faults_in_a_row_quarantine_the_entity_and_no_other()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("b", new Count("1"));
        for (var i = 0; i < 3; i++)
        {
            member.Ask("a", new Poison()).Status.ShouldBe(AskStatus.Failed);
        }

        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Failed);
        member.Tell("a", new Count("1")).ShouldBeFalse();
        member.Region.Quarantined.Single().EntityId.ShouldBe("a");
        member.Region.Quarantined.Single().Why.ShouldContain("poison");
        member.Ask("b", new Count("2")).Reply.ShouldBe(new CounterReply(2));
    }

    [Fact]
    public void A_message_that_goes_well_in_between_begins_the_count_anew()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        for (var i = 0; i < 5; i++)
        {
            member.Ask("a", new Poison()).Status.ShouldBe(AskStatus.Failed);
            member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Answered);
        }

        member.Region.Quarantined.ShouldBeEmpty();
    }

    [Fact]
    public void A_released_entity_goes_on_where_its_journal_ends()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Count("1"));
        for (var i = 0; i < 3; i++)
        {
            member.Ask("a", new Poison());
        }

        member.Release("a").ShouldBeTrue();

        member.Ask("a", new Count("2")).Reply.ShouldBe(new CounterReply(2));
        member.Region.Quarantined.ShouldBeEmpty();
        member.Release("a").ShouldBeFalse();
    }

    [Fact]
    public void An_entity_that_cannot_be_read_is_quarantined_by_itself()
    {
        using (var before = CounterMember.Serving(_store, _simulation, "first"))
        {
            before.Ask("a", new Corrupt());
        }

        using var member = CounterMember.Serving(_store, _simulation, "second");
        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Failed);
        _simulation.RunFor(TimeSpan.FromSeconds(2));

        member.Region.Quarantined.Single().Why.ShouldContain("corrupt");
        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Failed);
    }

    [Fact]
    public void A_missing_event_is_found_and_not_counted_past()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.LoadFails = id => id == "a" ? new FormatException("event 2 is missing") : null;

        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Failed);
        member.Ask("b", new Read()).Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void A_store_that_does_not_answer_makes_nobody_sick()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.ReadsFail = true;
        for (var i = 0; i < 10; i++)
        {
            member.Ask("a", new Count("1"), TimeSpan.FromMinutes(1)).Status.ShouldBe(AskStatus.Unavailable);
        }

        member.Journal.ReadsFail = false;

        member.Ask("a", new Count("1")).Reply.ShouldBe(new CounterReply(1));
        member.Region.Quarantined.ShouldBeEmpty();
    }

    [Fact]
    public void An_observer_that_throws_stops_nobody()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        _ = member.Probe.Next("changed", _ => throw new InvalidOperationException("observer"));

        member.Ask("a", new Count("1")).Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void A_behavior_that_neither_answers_nor_waits_fails_that_message()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Behavior.Deciding = (_, command) =>
        {
            if (command is Ring)
            {
                throw new InvalidOperationException("no");
            }
        };

        member.Ask("a", new Ring()).Status.ShouldBe(AskStatus.Failed);
        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void A_quarantine_survives_the_recovery_of_its_shard_and_ends_when_the_shard_goes()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Settle(Resident: true));
        for (var i = 0; i < 3; i++)
        {
            member.Ask("a", new Poison());
        }

        _simulation.Run(() => member.OwnShardOfAsync("a"));
        member.Region.Quarantined.Count.ShouldBe(1);

        _simulation.Run(() => member.DisownShardOfAsync("a", graceful: false));
        member.Region.Quarantined.ShouldBeEmpty();
        _simulation.Run(() => member.OwnShardOfAsync("a"));
        member.Ask("a", new Read()).Status.ShouldBe(AskStatus.Answered);
    }
}
