using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

/// <summary>Wakeups, effects, passivation, snapshots.</summary>
public sealed class LifeTests
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());

    private DateTimeOffset Now => _simulation.Time.GetUtcNow();

    [Fact]
    public void A_wakeup_fires_at_its_time_though_nobody_calls()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var at = Now + TimeSpan.FromSeconds(20);
        member.Ask("a", new SetAlarm(at));
        _store.WakeupOf("a").ShouldBe(at);

        _simulation.RunUntil(() => _store.EventsOf("a").Count == 2, TimeSpan.FromMinutes(1));

        Now.ShouldBe(at);
        _store.EventsOf("a")[^1].Kind.ShouldBe("rang");
        _store.WakeupOf("a").ShouldBeNull();
    }

    [Fact]
    public void A_later_deadline_replaces_the_one_before()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new SetAlarm(Now + TimeSpan.FromSeconds(5)));
        member.Ask("a", new SetAlarm(Now + TimeSpan.FromSeconds(50)));

        _simulation.RunFor(TimeSpan.FromSeconds(40));
        _store.EventsOf("a").Count.ShouldBe(2);
        _simulation.RunFor(TimeSpan.FromSeconds(20));
        _store.EventsOf("a").Count.ShouldBe(3);
    }

    [Fact]
    public void A_wakeup_of_an_entity_that_left_memory_brings_it_back()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new SetAlarm(Now + TimeSpan.FromMinutes(10)));

        _simulation.RunFor(TimeSpan.FromMinutes(5));
        member.Region.EntitiesInMemory.ShouldBe(0);
        _simulation.RunFor(TimeSpan.FromMinutes(6));

        _store.EventsOf("a")[^1].Kind.ShouldBe("rang");
    }

    [Fact]
    public void A_wakeup_fires_after_a_failover_also_when_it_was_due_long_ago()
    {
        using (var first = CounterMember.Serving(_store, _simulation, "first"))
        {
            first.Ask("soon", new SetAlarm(Now + TimeSpan.FromSeconds(5)));
            first.Ask("later", new SetAlarm(Now + TimeSpan.FromSeconds(90)));
        }

        _simulation.RunFor(TimeSpan.FromSeconds(30));
        _store.EventsOf("soon").Count.ShouldBe(1);
        using var second = CounterMember.Serving(_store, _simulation, "second");
        _simulation.RunFor(TimeSpan.FromMilliseconds(10));
        _store.EventsOf("soon")[^1].Kind.ShouldBe("rang");
        _simulation.RunFor(TimeSpan.FromSeconds(60));
        _store.EventsOf("later")[^1].Kind.ShouldBe("rang");
    }

    [Fact]
    public void A_wakeup_that_fails_is_tried_again_and_ends_in_quarantine()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Behavior.Deciding = (_, command) =>
        {
            if (command is Ring)
            {
                throw new InvalidOperationException("bell broken");
            }
        };
        member.Ask("a", new SetAlarm(Now + TimeSpan.FromSeconds(1)));

        _simulation.RunFor(TimeSpan.FromSeconds(5));

        member.Region.Quarantined.Single().Why.ShouldContain("bell broken");
        member.Behavior.Deciding = null;
        member.Release("a");
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        _store.EventsOf("a")[^1].Kind.ShouldBe("rang");
    }

    [Fact]
    public void A_wakeup_that_never_stops_being_due_does_not_spin()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new SetAlarm(Now + TimeSpan.FromSeconds(1)));
        var rings = 0;
        member.Behavior.Deciding = (_, command) => rings += command is Ring ? 1 : 0;
        member.Journal.Choose = (_, _) => new AppendFault.Throw();

        _simulation.RunFor(TimeSpan.FromSeconds(10));

        rings.ShouldBeInRange(5, 20); // every failed write raises the epoch and recovers, with growing pauses
        member.Journal.Choose = null;
        _simulation.RunFor(TimeSpan.FromSeconds(5));
        _store.EventsOf("a")[^1].Kind.ShouldBe("rang");
    }

    [Fact]
    public void An_effect_starts_when_its_event_is_durable_and_is_cancelled_by_the_one_that_ends_it()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var store = new TaskCompletionSource();
        member.Journal.OnNext(new AppendFault.Hold(store.Task));
        var ordered = member.AskAsync("a", new Order("work"));
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        member.Probe.CountOf("effect").ShouldBe(0);

        store.SetResult();
        _simulation.Run(() => ordered);
        _simulation.RunReady();
        member.Probe.CountOf("effect").ShouldBe(1);
        _store.EffectsOf("a").ShouldBe(["work"]);

        member.Ask("a", new Deliver("work"));
        _simulation.RunReady();
        member.Probe.CountOf("cancelled").ShouldBe(1);
        _store.EffectsOf("a").ShouldBeEmpty();
    }

    [Fact]
    public void An_effect_that_was_not_ended_runs_again_under_the_next_owner()
    {
        using var first = CounterMember.Serving(_store, _simulation, "first");
        first.Ask("a", new Order("work"));
        first.Ask("a", new Order("other"));
        first.Ask("a", new Deliver("other"));
        first.Dispose();
        _simulation.RunReady();
        first.Probe.CountOf("cancelled").ShouldBe(2);

        using var second = CounterMember.Serving(_store, _simulation, "second");
        _simulation.RunReady();

        second.Probe.Seen.Where(seen => seen.Name == "effect").Select(seen => seen.Detail).ShouldBe([("a", "work")]);
    }

    [Fact]
    public void An_effect_ends_itself_by_asking_its_entity()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Work = async (entityId, effect, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), _simulation.Time, cancellation);
            await member.AskAsync(entityId, new Deliver(effect.Name), cancellation: cancellation);
            member.Probe.Happened("reported");
        };

        member.Ask("a", new Order("work"));
        _simulation.RunFor(TimeSpan.FromSeconds(3));

        member.Probe.CountOf("reported").ShouldBe(1);
        _store.EffectsOf("a").ShouldBeEmpty();
    }

    [Fact]
    public void An_effect_that_throws_runs_again_with_growing_pauses()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var at = new List<double>();
        var since = Now;
        member.Work = (_, _, _) =>
        {
            at.Add((Now - since).TotalSeconds);
            throw new IOException("node down");
        };

        member.Ask("a", new Order("work"));
        _simulation.RunFor(TimeSpan.FromSeconds(8));

        at.ShouldBe([0, 0.5, 1.5, 3.5, 7.5]);
    }

    [Fact]
    public void So_many_effects_run_at_once_and_the_others_in_their_order()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { MaxEffects = 2 });
        for (var i = 0; i < 5; i++)
        {
            member.Ask("a", new Order($"{i}"));
        }

        _simulation.RunReady();
        member.Probe.CountOf("effect").ShouldBe(2);
        member.Ask("a", new Deliver("2")); // ended before it ever ran
        member.Ask("a", new Deliver("0"));
        _simulation.RunReady();

        member.Probe.Seen.Where(seen => seen.Name == "effect").Select(seen => seen.Detail).ShouldBe([("a", "0"), ("a", "1"), ("a", "3")]);
    }

    [Fact]
    public void An_idle_entity_leaves_memory_and_comes_back_with_its_next_message()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Count("1"));
        _simulation.RunFor(TimeSpan.FromSeconds(119));
        member.Region.EntitiesInMemory.ShouldBe(1);

        _simulation.RunFor(TimeSpan.FromSeconds(32));
        member.Region.EntitiesInMemory.ShouldBe(0);
        member.Probe.CountOf("gone").ShouldBe(1);

        member.Ask("a", new Count("2")).Reply.ShouldBe(new CounterReply(2));
    }

    [Fact]
    public void An_entity_that_is_spoken_to_that_may_not_or_on_which_somebody_waits_stays()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("resident", new Settle(Resident: true));
        var waiting = member.AskAsync("waited-for", new AwaitOpening("x"), TimeSpan.FromMinutes(30));
        for (var i = 0; i < 10; i++)
        {
            member.Ask("busy", new Read());
            _simulation.RunFor(TimeSpan.FromSeconds(60));
        }

        member.Region.EntitiesInMemory.ShouldBe(3);
        waiting.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Snapshots_come_every_so_many_events_and_shorten_the_recovery()
    {
        using (var first = CounterMember.Serving(_store, _simulation, "first", new ShardRegionSettings { SnapshotEvery = 4 }))
        {
            for (var i = 1; i <= 10; i++)
            {
                first.Ask("a", new Count($"{i}"));
            }
        }

        _store.SnapshotOf("a").ShouldBe(8);
        using var second = CounterMember.Serving(_store, _simulation, "second", new ShardRegionSettings { SnapshotEvery = 4 });
        second.Ask("a", new Count("11")).Reply.ShouldBe(new CounterReply(11));
        second.Ask("a", new Count("3")).Reply.ShouldBe(new CounterReply(3));
        second.Ask("a", new Count("12")).Reply.ShouldBe(new CounterReply(12));
        _store.SnapshotOf("a").ShouldBe(12);
    }
}
