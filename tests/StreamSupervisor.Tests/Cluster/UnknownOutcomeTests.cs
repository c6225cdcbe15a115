#pragma warning disable xUnit1031 // Tasks that are looked at here have ended: the simulation ran until they had.
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Cluster;

public sealed class UnknownOutcomeTests
{
    private readonly MemoryStore _store = new();
    private readonly SimulationScheduler _simulation = new(new VirtualTime());

    public static TheoryData<AppendFault> Faults => new(new AppendFault.LostRequest(), new AppendFault.LostAcknowledgement(), new AppendFault.Throw(),
        new AppendFault.LateArrival(TimeSpan.FromMilliseconds(1)), new AppendFault.LateArrival(TimeSpan.FromSeconds(1)));

    [Theory]
    [MemberData(nameof(Faults))]
    public void Whatever_became_of_the_write_asking_again_counts_the_attempt_once(AppendFault fault)
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Count("1"));
        member.Journal.OnNext(fault);

        member.Ask("a", new Count("2")).Status.ShouldBe(AskStatus.Unknown);
        member.Ask("a", new Count("2")).Reply.ShouldBe(new CounterReply(2));
        _simulation.RunFor(TimeSpan.FromSeconds(5));

        member.Ask("a", new Count("3")).Reply.ShouldBe(new CounterReply(3));
        _store.EventsOf("a").Count.ShouldBe(3);
    }

    [Fact]
    public void What_waits_in_the_mailbox_is_answered_after_the_recovery()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(new AppendFault.LostAcknowledgement());
        var asks = Enumerable.Range(1, 3).Select(n => member.AskAsync("a", new Count($"{n}"))).ToArray();

        var answers = _simulation.Run(() => Task.WhenAll(asks));

        answers.Select(answer => answer.Status).ShouldBe([AskStatus.Unknown, AskStatus.Answered, AskStatus.Answered]);
        answers[2].Reply.ShouldBe(new CounterReply(3));
    }

    [Fact]
    public void Those_who_wait_under_a_ticket_are_told_to_ask_again()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        var waiting = member.AskAsync("a", new AwaitOpening("x"));
        _simulation.RunReady();
        member.Journal.OnNext(new AppendFault.LostAcknowledgement());

        member.Ask("a", new Open("x")).Status.ShouldBe(AskStatus.Unknown);

        _simulation.Run(() => waiting).Status.ShouldBe(AskStatus.Unknown);
    }

    [Fact]
    public void Only_the_shards_of_the_batch_are_recovered()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("other", new Count("1"));
        var loads = member.Journal.Loads;
        member.Journal.OnNext(new AppendFault.LostRequest());
        member.Ask("a", new Count("1"));

        member.Ask("other", new Count("2")).Reply.ShouldBe(new CounterReply(2));

        ShardMap.ShardOf("other").ShouldNotBe(ShardMap.ShardOf("a"));
        member.Journal.Loads.ShouldBe(loads + 1); // "a" before its write; "a" after it is loaded by its next message
    }

    [Fact]
    public void While_the_epoch_cannot_be_raised_asks_wait_and_are_answered_when_it_can()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.CannotReacquire = true;
        member.Journal.OnNext(new AppendFault.LostRequest());
        member.Ask("a", new Count("1")).Status.ShouldBe(AskStatus.Unknown);
        var again = member.AskAsync("a", new Count("1"), TimeSpan.FromMinutes(1));
        _simulation.RunFor(TimeSpan.FromSeconds(10));
        again.IsCompleted.ShouldBeFalse();

        member.CannotReacquire = false;

        _simulation.Run(() => again).Reply.ShouldBe(new CounterReply(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_effect_whose_order_became_durable_unseen_is_started_all_the_same(bool durable)
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Journal.OnNext(durable ? new AppendFault.LostAcknowledgement() : new AppendFault.LostRequest());

        member.Ask("a", new Order("work")).Status.ShouldBe(AskStatus.Unknown);
        _simulation.RunFor(TimeSpan.FromSeconds(1));

        member.Probe.CountOf("effect").ShouldBe(durable ? 1 : 0);
    }

    [Fact]
    public void An_effect_that_runs_is_not_started_anew_by_the_recovery_of_its_shard()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Order("work"));
        member.Journal.OnNext(new AppendFault.LostRequest());
        member.Ask("a", new Count("1"));
        _simulation.RunFor(TimeSpan.FromSeconds(1));

        member.Probe.CountOf("effect").ShouldBe(1);
        member.Ask("a", new Deliver("work"));
        _simulation.RunReady();
        member.Probe.CountOf("cancelled").ShouldBe(1);
    }

    [Fact]
    public void A_journal_that_went_on_without_its_owner_wins()
    {
        using var member = CounterMember.Serving(_store, _simulation);
        member.Ask("a", new Count("1"));
        _store.Intrude("a", member.Behavior.Encode(new CounterEvent("counted", "2")));

        member.Ask("a", new Count("3")).Status.ShouldBe(AskStatus.Unavailable);

        member.Ask("a", new Count("3")).Reply.ShouldBe(new CounterReply(3));
        member.Region.StateOf(ShardMap.ShardOf("a")).ShouldBe(ShardState.Serving);
    }
}
