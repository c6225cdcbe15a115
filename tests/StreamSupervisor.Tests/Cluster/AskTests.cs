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
}
