#pragma warning disable xUnit1031 // Tasks that are looked at here have ended: the simulation ran until they had.
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

/// <summary>What waits while a write is under way is decided, written and answered in one turn.</summary>
public sealed class TurnTests : IDisposable
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());
    private readonly CounterMember _member;

    public TurnTests() => _member = CounterMember.Serving(_store, _simulation, settings: new ShardRegionSettings { SnapshotEvery = 4 });

    public void Dispose() => _member.Dispose();

    [Fact]
    public void They_share_one_request_and_are_answered_in_their_order()
    {
        var answers = Together([.. Enumerable.Range(1, 20).Select(n => new Count($"{n}"))]);

        answers.Select(answer => answer.Reply!.Number).ShouldBe(Enumerable.Range(1, 20).Select(n => (long)n));
        _store.EventsOf("a").Select(@event => @event.Sequence).ShouldBe(Enumerable.Range(1, 21).Select(n => (long)n));
        _store.Appends.ShouldBe(2);
    }

    [Fact]
    public void An_answer_that_writes_nothing_is_told_when_those_before_it_are_durable()
    {
        var (free, store) = Busy();
        var asks = Ask(new Count("1"), new Read());
        var second = new TaskCompletionSource();
        _member.Journal.OnNext(new AppendFault.Hold(second.Task));
        store.SetResult();
        _simulation.Run(() => free);
        _simulation.RunReady();
        asks[1].IsCompleted.ShouldBeFalse();

        second.SetResult();

        _simulation.Run(() => asks[1]).Reply.ShouldBe(new CounterReply(1));
    }

    [Fact]
    public void A_message_that_throws_hurts_only_itself()
    {
        var answers = Together(new Count("1"), new Poison(), new Count("2"));

        answers.Select(answer => answer.Status).ShouldBe([AskStatus.Answered, AskStatus.Failed, AskStatus.Answered]);
        answers[2].Reply.ShouldBe(new CounterReply(2));
        _member.Region.Quarantined.ShouldBeEmpty();
    }

    [Fact]
    public void A_fault_of_what_they_made_together_hurts_only_the_message_that_makes_it_alone()
    {
        _member.Behavior.Labelling = state =>
        {
            if (state.Attempts.Count == 2 && state.Attempts[^1] == "2")
            {
                throw new InvalidOperationException("no label for two");
            }
        };

        var answers = Together(new Count("1"), new Count("2"));

        answers.Select(answer => answer.Status).ShouldBe([AskStatus.Answered, AskStatus.Failed]);
        _store.EventsOf("a").Count.ShouldBe(2);
    }

    [Fact]
    public void A_write_that_nobody_knows_of_is_unknown_to_all_of_them_and_counts_once_when_they_ask_again()
    {
        var (free, store) = Busy();
        var asks = Ask(new Count("1"), new Count("2"));
        _member.Journal.OnNext(new AppendFault.LostAcknowledgement());
        store.SetResult();
        _simulation.Run(() => free);

        _simulation.Run(() => Task.WhenAll(asks)).ShouldAllBe(answer => answer.Status == AskStatus.Unknown);

        _simulation.Run(() => Task.WhenAll(Ask(new Count("1"), new Count("2"))))
            .Select(answer => answer.Reply!.Number).ShouldBe([1L, 2L]);
        _store.EventsOf("a").Count.ShouldBe(3);
    }

    [Fact]
    public void One_may_wait_and_the_next_give_it_its_answer()
    {
        var answers = Together(new AwaitOpening("x"), new Open("x"), new AwaitOpening("x"), new Open("x"));

        answers.ShouldAllBe(answer => answer.Status == AskStatus.Answered);
        _store.EventsOf("a").Select(@event => @event.Kind).ShouldBe(["opened", "held", "opened", "held", "opened"]);
        _store.Appends.ShouldBe(2);
    }

    [Fact]
    public void An_effect_that_one_starts_and_another_ends_never_runs()
    {
        Together(new Order("work"), new Deliver("work"));
        _simulation.RunReady();

        _member.Probe.CountOf("effect").ShouldBe(0);
        _store.EffectsOf("a").ShouldBeEmpty();
    }

    [Fact]
    public void An_effect_that_one_ends_and_another_starts_again_runs_anew()
    {
        _member.Ask("a", new Order("work"));
        Together(new Deliver("work"), new Order("work"));
        _simulation.RunReady();

        _member.Probe.CountOf("effect").ShouldBe(2);
        _member.Probe.CountOf("cancelled").ShouldBe(1);
        _store.EffectsOf("a").ShouldBe(["work"]);
    }

    [Fact]
    public void The_alarm_and_the_snapshot_are_those_of_the_last_state()
    {
        var now = _simulation.Time.GetUtcNow();
        Together(new SetAlarm(now + TimeSpan.FromSeconds(1)), new Count("1"), new SetAlarm(now + TimeSpan.FromSeconds(60)), new Count("2"));

        _store.WakeupOf("a").ShouldBe(now + TimeSpan.FromSeconds(60));
        _store.SnapshotOf("a").ShouldBe(5);
        _simulation.RunFor(TimeSpan.FromSeconds(50));
        _store.EventsOf("a").Count.ShouldBe(5);
        _simulation.RunFor(TimeSpan.FromSeconds(20));
        _store.EventsOf("a")[^1].Kind.ShouldBe("rang");
    }

    [Fact]
    public void A_caller_that_has_gone_is_passed_over()
    {
        var (free, store) = Busy();
        using var caller = new CancellationTokenSource();
        var asks = Ask(new Count("1"));
        var gone = _member.AskAsync("a", new Count("gone"), cancellation: caller.Token);
        asks = [.. asks, .. Ask(new Count("2"))];
        caller.Cancel();
        store.SetResult();
        _simulation.Run(() => free);

        _simulation.Run(() => Task.WhenAll(asks)).Select(answer => answer.Reply!.Number).ShouldBe([1L, 2L]);
        gone.IsCanceled.ShouldBeTrue();
        _store.EventsOf("a").Count.ShouldBe(3);
    }

    [Fact]
    public void So_many_go_together_as_one_batch_takes()
    {
        using var member = CounterMember.Serving(new MemoryStore(), _simulation, "small", new ShardRegionSettings { BatchRequests = 8 });
        var asks = Enumerable.Range(1, 20).Select(n => member.AskAsync("a", new Count($"{n}"))).ToArray();

        _simulation.Run(() => Task.WhenAll(asks)).ShouldAllBe(answer => answer.Status == AskStatus.Answered);

        member.Store.Appends.ShouldBe(4); // 1 alone, for nobody was behind it yet; then 8, 8, 3
    }

    [Fact]
    public void A_wakeup_whose_write_met_another_journal_than_believed_comes_again()
    {
        _member.Ask("a", new SetAlarm(_simulation.Time.GetUtcNow() + TimeSpan.FromSeconds(1)));
        _store.Intrude("a", _member.Behavior.Encode(new CounterEvent("counted", "x")));

        _simulation.RunFor(TimeSpan.FromSeconds(5));

        _store.EventsOf("a")[^1].Kind.ShouldBe("rang");
    }

    /// <summary>Lets messages gather behind a write, and brings their answers.</summary>
    private AskResult<CounterReply>[] Together(params CounterCommand[] commands)
    {
        var (free, store) = Busy();
        var asks = Ask(commands);
        store.SetResult();
        _simulation.Run(() => free);
        return _simulation.Run(() => Task.WhenAll(asks));
    }

    private Task<AskResult<CounterReply>>[] Ask(params CounterCommand[] commands) => [.. commands.Select(command => _member.AskAsync("a", command))];

    /// <summary>A write of the entity is under way until the store is let go on.</summary>
    private (Task<AskResult<CounterReply>> Free, TaskCompletionSource Store) Busy()
    {
        var store = new TaskCompletionSource();
        _member.Journal.OnNext(new AppendFault.Hold(store.Task));
        var first = _member.AskAsync("a", new Open("nobody"));
        _simulation.RunReady();
        return (first, store);
    }
}
