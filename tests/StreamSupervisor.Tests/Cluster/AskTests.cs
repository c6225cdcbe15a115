#pragma warning disable xUnit1031 // Tasks that are looked at here have ended: the simulation ran until they had.
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

public sealed class AskTests
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());

    [Fact]
    public void An_answer_is_in_the_journal_before_it_is_given()
    {
        using var member = CounterMember.Serving(_store, _simulation);

        member.Ask("a", new Count("1")).ShouldBe(AskResult<CounterReply>.Answered(new CounterReply(1)));

        _store.EventsOf("a").Select(@event => (@event.Sequence, @event.Kind)).ShouldBe([(1, "counted")]);
    }

    [Fact]
    public void The_same_attempt_hears_the_same_answer()
    {
        using var member = CounterMember.Serving(_store, _simulation);

        member.Ask("a", new Count("1"));
        member.Ask("a", new Count("2"));

        member.Ask("a", new Count("1")).Reply.ShouldBe(new CounterReply(1));
        _store.EventsOf("a").Count.ShouldBe(2);
    }

    [Fact]
    public void Messages_of_one_entity_are_decided_one_after_another_in_their_order()
    {
        using var member = CounterMember.Serving(_store, _simulation);

        var answers = _simulation.Run(() => Task.WhenAll(Enumerable.Range(1, 60).Select(n => member.AskAsync("a", new Count($"{n}")))));

        answers.Select(answer => answer.Reply!.Number).ShouldBe(Enumerable.Range(1, 60).Select(n => (long)n));
    }

    [Fact]
    public void While_a_write_is_under_way_the_next_message_of_its_entity_waits_and_others_do_not()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { AppendLanes = 2 });
        var store = new TaskCompletionSource();
        member.Journal.OnNext(new AppendFault.Hold(store.Task));

        var first = member.AskAsync("a", new Count("1"));
        _simulation.RunReady();
        var second = member.AskAsync("a", new Read());
        member.Ask("b", new Count("1")).Status.ShouldBe(AskStatus.Answered);
        second.IsCompleted.ShouldBeFalse();

        store.SetResult();
        _simulation.Run(() => second).Reply.ShouldBe(new CounterReply(1));
        _simulation.Run(() => first).Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void Asks_that_wait_under_one_ticket_all_hear_the_event_that_answers_it()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var waiting = new[] { "x", "x", "y" }.Select(attempt => member.AskAsync("a", new AwaitOpening(attempt))).ToArray();
        _simulation.RunReady();

        member.Ask("a", new Open("x"));
        _simulation.RunReady();

        waiting.Select(ask => ask.IsCompleted).ShouldBe([true, true, false]);
        _simulation.Run(() => waiting[1]).Reply.ShouldBe(new CounterReply(1));
        _store.EventsOf("a").Select(@event => @event.Kind).ShouldBe(["held", "held", "opened"]);
    }

    [Fact]
    public void An_ask_that_waits_past_its_deadline_hears_that_nobody_knows()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var asked = _simulation.Time.GetUtcNow();

        member.Ask("a", new AwaitOpening("x"), TimeSpan.FromSeconds(2.5)).Status.ShouldBe(AskStatus.Unknown);

        (_simulation.Time.GetUtcNow() - asked).ShouldBe(TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void An_ask_whose_deadline_passes_in_the_mailbox_never_happens()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(new AppendFault.Delay(TimeSpan.FromSeconds(3)));

        var slow = member.AskAsync("a", new Count("1"));
        var late = member.AskAsync("a", new Count("2"), TimeSpan.FromSeconds(1));

        _simulation.Run(() => late).Status.ShouldBe(AskStatus.Unavailable);
        _simulation.Run(() => slow).Status.ShouldBe(AskStatus.Answered);
        _simulation.RunReady();
        _store.EventsOf("a").Count.ShouldBe(1);
    }

    [Fact]
    public void An_ask_whose_write_is_under_way_at_the_deadline_may_still_have_happened()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(new AppendFault.Delay(TimeSpan.FromSeconds(3)));

        member.Ask("a", new Count("1"), TimeSpan.FromSeconds(1)).Status.ShouldBe(AskStatus.Unknown);

        member.Ask("a", new Count("1")).Reply.ShouldBe(new CounterReply(1));
        _store.EventsOf("a").Count.ShouldBe(1);
    }

    [Fact]
    public void A_caller_that_goes_away_leaves_nothing_behind()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        using var caller = new CancellationTokenSource();
        var ask = member.AskAsync("a", new AwaitOpening("x"), cancellation: caller.Token);
        _simulation.RunReady();

        caller.Cancel();

        ask.IsCanceled.ShouldBeTrue();
        member.Ask("a", new Open("x")).Status.ShouldBe(AskStatus.Answered);
    }

    [Fact]
    public void A_full_mailbox_refuses_at_once_and_nothing_happens()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { MailboxSize = 4 });
        var store = new TaskCompletionSource();
        member.Journal.OnNext(new AppendFault.Hold(store.Task));
        var taken = Enumerable.Range(0, 5).Select(n => member.AskAsync("a", new Count($"{n}"))).ToArray();

        member.AskAsync("a", new Count("late")).Result.Status.ShouldBe(AskStatus.Overloaded);
        member.Tell("a", new Count("late")).ShouldBeFalse();

        store.SetResult();
        _simulation.Run(() => Task.WhenAll(taken)).ShouldAllBe(answer => answer.Status == AskStatus.Answered);
        _store.EventsOf("a").Count.ShouldBe(5);
    }

    [Fact]
    public void A_full_appender_refuses_and_the_entity_believes_nothing_of_it()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { AppendQueue = 2, BatchRequests = 1 });
        var store = new TaskCompletionSource();
        _simulation.Run(() => Task.WhenAll("abcd".Select(id => member.AskAsync($"{id}", new Read()))));
        member.Journal.OnNext(new AppendFault.Hold(store.Task));
        var first = member.AskAsync("a", new Count("1"));
        _simulation.RunReady();
        var queued = new[] { member.AskAsync("b", new Count("1")), member.AskAsync("c", new Count("1")) };

        member.Ask("d", new Count("1")).Status.ShouldBe(AskStatus.Overloaded);

        store.SetResult();
        _simulation.Run(() => Task.WhenAll([first, .. queued]));
        member.Ask("d", new Read()).Reply.ShouldBe(new CounterReply(0));
        member.Ask("d", new Count("1")).Reply.ShouldBe(new CounterReply(1));
    }

    [Fact]
    public void What_gathers_while_a_batch_is_at_the_store_goes_in_one_batch()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { BatchRequests = 8 });
        var asks = Enumerable.Range(0, 20).Select(n => member.AskAsync($"{n}", new Count("1"))).ToArray();

        _simulation.Run(() => Task.WhenAll(asks)).ShouldAllBe(answer => answer.Status == AskStatus.Answered);

        member.Journal.BatchSizes.ShouldBe([8, 8, 4]);
    }

    [Fact]
    public void A_batch_is_bounded_in_bytes_too()
    {
        using var member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { BatchBytes = 4000 });
        var asks = Enumerable.Range(0, 4).Select(n => member.AskAsync($"{n}", new Count(new string('x', 1500)))).ToArray();

        _simulation.Run(() => Task.WhenAll(asks)).ShouldAllBe(answer => answer.Status == AskStatus.Answered);

        member.Journal.BatchSizes.ShouldBe([2, 2]);
    }

    [Fact]
    public void A_tell_is_carried_out_in_its_turn()
    {
        using var member = CounterMember.Serving(_store, _simulation);

        member.Tell("a", new Count("1")).ShouldBeTrue();

        member.Ask("a", new Read()).Reply.ShouldBe(new CounterReply(1));
    }

    [Fact]
    public void The_observer_sees_each_durable_state_once_and_before_the_answer()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var seen = -1;
        var ask = _simulation.Run(async () =>
        {
            var answer = await member.AskAsync("a", new Count("1"));
            seen = member.Probe.CountOf("changed");
            return answer;
        });

        ask.Status.ShouldBe(AskStatus.Answered);
        seen.ShouldBe(2); // recovered empty, then counted
    }
}
