using StreamSupervisor.Domain.LiveStreams;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class OperatorTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");

    [Fact]
    public void A_kick_removes_the_session_and_says_who_and_why()
    {
        var scene = Live(Old).When(new Kick("ann", "wrong camera")).Then<OperatorActed>(e => (e.By, e.Why).ShouldBe(("ann", "wrong camera")))
            .Then<EvictionOrdered>(e => (e.Cause, e.OperatorName).ShouldBe((EvictionCause.Operator, "ann")));
        scene.Reply.ShouldBeOfType<Done>().Changed.ShouldBeTrue();
        scene.When(Gone(Old)).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.Evicted));
    }

    [Fact]
    public void There_is_nothing_to_kick_where_nobody_publishes() =>
        Empty().When(new Kick("ann", "x")).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();

    [Fact]
    public void A_release_removes_the_session_and_whatever_a_search_of_every_node_finds()
    {
        var ghost = Encoder("ghost", origin: "srs-2");
        var scene = Live(Old).When(new Release("ann", "stuck") { Origins = ["srs-1", "srs-2"] });
        scene.Events.OfType<SearchOrdered>().Select(e => e.Origin).ShouldBe(["srs-1", "srs-2"]);
        scene.When(Gone(Old)).After(1).When(new ReportPublisherSeen(ghost, 1, scene.Now, Verified: true))
            .Then<EvictionOrdered>(e => e.Of.ShouldBe(ghost));
        scene.When(new ReportSearched("srs-2", "srs-2", "run-1", 1, scene.Now));
        scene.State.Releasing.ShouldBe(["srs-1"]);
    }

    [Fact]
    public void A_lock_refuses_the_attempt_that_is_held_and_lets_the_live_session_stay() =>
        Live(Old).When(Ask(New)).When(new Lock("ann", "x")).ThenRefused(New, RefusalReason.Locked);

    [Fact]
    public void A_pin_refuses_a_held_attempt_of_another_identity() =>
        Live(Old).When(Ask(New)).When(new Pin("bob", "ann", "x")).ThenRefused(New, RefusalReason.PinnedToAnother);

    public static TheoryData<OperatorCommand> Orders =>
    [
        new Kick("ann", "x"), new Release("ann", "x") { Origins = ["srs-1"] }, new Lock("ann", "x"), new Unlock("ann", "x"),
        new Pin("bob", "ann", "x"), new RecordOrder("leave", "ann", "x"),
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public void An_order_for_another_generation_than_the_key_has_does_nothing_and_hears_which_it_has(OperatorCommand order)
    {
        var scene = Live(Old).When(new Lock("eve", "x"));
        var generation = scene.State.Generation;
        scene.When(order with { IfGeneration = generation - 1 }).ThenNothing().Reply.ShouldBe(new GenerationMoved(generation));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void What_is_foreseen_of_an_order_is_what_it_is_answered(OperatorCommand order)
    {
        var scene = Live(Old);

        var foreseen = LiveStream.Foresee(scene.State, order, scene.Now).ShouldBeOfType<Done>();

        scene.When(order).Reply.ShouldBe(foreseen);
        scene.Events.Any().ShouldBe(foreseen.Changed);
    }

    [Fact]
    public void An_order_for_another_generation_is_foreseen_too()
    {
        var scene = Live(Old);
        LiveStream.Foresee(scene.State, new Kick("ann", "x") { IfGeneration = 9 }, scene.Now).ShouldBe(new GenerationMoved(1));
    }

    [Fact]
    public void A_kick_of_the_generation_that_was_looked_at_hits_no_successor()
    {
        var scene = Live(Old);
        var seen = scene.State.Generation;
        scene.When(Ask(New)).When(Gone(Old)).ThenAdmitted(New);

        scene.When(new Kick("ann", "wrong camera") { IfGeneration = seen }).ThenNothing();

        scene.When(new Kick("ann", "wrong camera") { IfGeneration = seen + 1 }).Then<EvictionOrdered>(e => e.Of.ShouldBe(New));
    }

    [Fact]
    public void An_order_that_was_carried_out_elsewhere_is_written_down_and_changes_nothing()
    {
        var scene = Live(Old);
        var before = scene.State;

        scene.When(new RecordOrder("leave", "ann", "upgrade")).Then<OperatorActed>(e =>
            (e.Action, e.By, e.Why).ShouldBe(("leave", "ann", "upgrade")));

        scene.State.ShouldBe(before);
        LiveStream.IsIdle(Empty().When(new RecordOrder("leave", "ann", "x")).State).ShouldBeTrue("nothing is kept of it but the journal");
    }

    [Fact]
    public void Locking_or_unlocking_twice_changes_nothing() =>
        Empty().When(new Unlock("ann", "x")).ThenNothing().When(new Lock("ann", "x")).When(new Lock("bob", "y")).ThenNothing()
            .Reply.ShouldBeOfType<Done>().Text.ShouldContain("ann");
}
