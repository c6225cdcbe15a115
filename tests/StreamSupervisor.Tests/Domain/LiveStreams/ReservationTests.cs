using StreamSupervisor.Domain.LiveStreams;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>A key that is kept for one encoder, what ends that, and what operators are answered.</summary>
public class ReservationTests
{
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(30);
    private static readonly Publisher Ann = Encoder("a", identity: "ann", proven: true);

    [Fact]
    public void A_key_is_kept_for_one_encoder_until_its_time_is_over()
    {
        var scene = Empty().When(new Reserve("ann", Half));
        scene.Reply.ShouldBeOfType<Done>().Changed.ShouldBeTrue();
        scene.After(29).When(new Reserve("bob", Half)).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
        scene.When(new Reserve("ann", Half)).Then<KeyReserved>(e => e.Until.ShouldBe(e.At + Half));
        scene.After(30).When(new Reserve("bob", Half)).Then<KeyReserved>(e => e.EncoderId.ShouldBe("bob"));
    }

    [Fact]
    public void Only_its_holder_gives_a_reservation_up()
    {
        var scene = Empty().When(new Reserve("ann", Half));
        scene.When(new CancelReservation("bob", EndOfBroadcast: true)).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
        scene.When(new CancelReservation("ann", EndOfBroadcast: false)).Then<ReservationEnded>(e => e.EndOfBroadcast.ShouldBeFalse())
            .ThenNo<BroadcastEnded>().Reply.ShouldBeOfType<Done>().ShouldBe(new Done(true, "The reservation is given up."));
        scene.When(new CancelReservation("ann", EndOfBroadcast: false)).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
    }

    [Fact]
    public void The_goodbye_of_who_was_on_air_ends_the_broadcast_and_that_of_another_does_not()
    {
        var scene = Live(Ann).When(new ReportClosed(Ann.Session)).ThenIs(LiveStreamPhase.Interrupted);
        scene.When(new CancelReservation("bob", EndOfBroadcast: true)).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
        scene.When(new CancelReservation("ann", EndOfBroadcast: false)).ThenNothing();
        scene.When(new CancelReservation("ann", EndOfBroadcast: true)).Then(typeof(ReservationEnded), typeof(BroadcastEnded))
            .Then<ReservationEnded>(e => e.EndOfBroadcast.ShouldBeTrue())
            .Reply.ShouldBe(new Done(true, "The broadcast is over."));
    }

    [Fact]
    public void The_goodbye_of_who_is_on_air_lets_no_window_begin()
    {
        var scene = Live(Ann).When(new CancelReservation("ann", EndOfBroadcast: true)).Then(typeof(ReservationEnded));
        scene.When(new ReportClosed(Ann.Session)).Then<PublisherLost>(e => e.ReconnectUntil.ShouldBeNull());
    }

    [Fact]
    public void A_lock_that_is_there_becomes_longer_and_never_shorter()
    {
        var scene = Empty().When(new Lock("ann", "x") { For = TimeSpan.FromMinutes(2) });
        scene.When(new Lock("bob", "y") { For = TimeSpan.FromMinutes(2) }).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
        scene.When(new Lock("bob", "y") { For = TimeSpan.FromMinutes(3) }).Reply.ShouldBeOfType<Done>().Changed.ShouldBeTrue();
        scene.When(new Lock("ann", "z")).Reply.ShouldBeOfType<Done>().Changed.ShouldBeTrue();
        scene.When(new Lock("bob", "y") { For = TimeSpan.FromMinutes(9) }).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
    }

    [Fact]
    public void Operators_are_told_whether_their_order_changed_anything()
    {
        var scene = Empty().When(new Unlock("ann", "x")).ThenNothing();
        scene.Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
        scene.When(new Pin("bob", "ann", "x")).Reply.ShouldBeOfType<Done>().Changed.ShouldBeTrue();
        scene.When(new Pin("bob", "ann", "x")).ThenNothing().Reply.ShouldBeOfType<Done>().Changed.ShouldBeFalse();
        scene.When(new Unlock("ann", "x")).Then(typeof(KeyUnlocked)).Reply.ShouldBeOfType<Done>().Changed.ShouldBeTrue();
    }

    [Fact]
    public void A_release_is_written_down_and_gives_up_what_nobody_can_remove()
    {
        var there = Encoder("a", "srs-1");
        var scene = Live(there).When(Ask(Encoder("b", "srs-2"))).When(new ReportEvictionStalled(there.Session, "no answer"));
        scene.When(new Release("ann", "stuck") { Origins = ["srs-1", "srs-2"] })
            .Then<OperatorActed>(e => (e.Action, e.By, e.Why).ShouldBe(("release", "ann", "stuck")))
            .Then<EvictionDropped>(e => e.Of.ShouldBe(there.Session));
        scene.State.Releasing.ShouldBe(["srs-1", "srs-2"]);

        // What goes on at a server that is searched is left alone; what is ordered at one that is not configured any more is given up.
        var two = Live(there).When(Ask(Encoder("b")));
        two.When(new Release("ann", "stuck") { Origins = ["srs-1"] }).ThenNo<EvictionDropped>();
        Live(there).When(Ask(Encoder("b", "srs-2"))).When(new Release("ann", "stuck") { Origins = ["srs-2"] }).Then<EvictionDropped>();
        Live(there).When(Ask(Encoder("b", "srs-2"))).When(new Release("ann", "stuck")).ThenNo<EvictionDropped>();
    }
}
