using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>srs-1 copies what it gets to srs-2: the copy asks there to publish the same key, from the address of srs-1.</summary>
public class RelayTests
{
    private const string AddressOfFirst = "10.1.0.1";

    private static readonly Publisher Source = Encoder("source");
    private static readonly Publisher Copy = Encoder("copy", origin: "srs-2", address: AddressOfFirst);
    private static readonly Publisher Known = Copy with { RelayOf = "srs-1" };

    [Fact]
    public void A_copy_is_let_in_beside_the_session_that_it_copies()
    {
        var scene = Relayed().ThenNo<EvictionOrdered>();
        scene.Reply.ShouldBe(new Allowed(1));
        (scene.State.Generation, scene.State.Session!.By).ShouldBe((1, Source));
        scene.State.Relays.Single().By.ShouldBe(Known);
        scene.When(AskRelay(Copy)).Then(typeof(AnswerRepeated)).Reply.ShouldBe(new Allowed(1));
    }

    [Fact]
    public void A_copy_of_a_copy_is_one_too()
    {
        var third = Encoder("third", origin: "srs-3", address: "10.1.0.2");
        Relayed().When(Ask(third, relayOf: "srs-2")).Then(typeof(RelayAdmitted)).State.Relays.Count.ShouldBe(2);
    }

    [Fact]
    public void Two_servers_that_copy_from_each_other_leave_nothing_behind()
    {
        var loop = Encoder("loop", address: "10.1.0.2");
        var scene = Relayed().When(Ask(loop, relayOf: "srs-2")).Then(typeof(RelayAdmitted)).ThenNo<EvictionOrdered>();
        scene.When(new ReportUnpublished(Source.Session)).Wait(61);
        LiveStream.IsIdle(scene.State).ShouldBeTrue();
    }

    [Fact]
    public void A_copy_that_a_look_finds_is_known_from_then_on_and_never_a_second_publisher()
    {
        var scene = Live(Source).After(3);
        scene.When(new ReportPublisherSeen(Copy, 5, scene.Now, Verified: true, RelayOf: "srs-1")).Then(typeof(RelayAdmitted))
            .Then<RelayAdmitted>(e => (e.Of, e.Adopted).ShouldBe(("srs-1", true)));
        scene.After(5).When(new ReportPublisherSeen(Copy, 9, scene.Now, Verified: true, RelayOf: "srs-1")).ThenNothing();
        scene.When(new ReportPublisherSeen(Copy, 9, scene.Now, Verified: true)).ThenNothing();
    }

    [Fact]
    public void A_copy_that_was_found_before_its_source_gives_the_key_back_to_it()
    {
        var scene = Empty().After(5);
        scene.When(new ReportPublisherSeen(Copy, 5, scene.Now, Verified: true, RelayOf: "srs-1")).Then<SessionAdopted>();
        scene.After(1).When(new ReportPublisherSeen(Source, 5, scene.Now, Verified: true))
            .Then(typeof(PublisherLost), typeof(SessionAdopted), typeof(RelayAdmitted));
        (scene.State.Session!.By, scene.State.Relays.Single().By).ShouldBe((Source, Known));
    }

    [Fact]
    public void A_copy_is_forgotten_when_it_ends_and_its_source_stays()
    {
        Relayed().When(new ReportUnpublished(Copy.Session)).Then(typeof(RelayEnded)).ThenIs(LiveStreamPhase.Live);
        Relayed().When(new ReportClosed(Copy.Session)).Then<RelayEnded>(e => e.Cause.ShouldBe(LossCause.Closed))
            .ThenIs(LiveStreamPhase.Live);
        Relayed().When(new ReportProcessReplaced("srs-2", "run-2")).Then<RelayEnded>(e => e.Cause.ShouldBe(LossCause.ProcessGone));
        var scene = Relayed().After(9);
        scene.When(new ReportPublisherMissing(Copy.Session, scene.Now, Verified: true))
            .Then<RelayEnded>(e => e.Cause.ShouldBe(LossCause.NotFound));
        Relayed().When(new ReportOriginUnknown("srs-2")).Then<RelayEnded>(e => e.Cause.ShouldBe(LossCause.OriginUnknown));
    }

    [Fact]
    public void A_copy_that_comes_anew_takes_the_place_of_the_one_before_it()
    {
        var again = Encoder("again", origin: "srs-2", address: AddressOfFirst);
        Relayed().When(AskRelay(again)).Then(typeof(RelayEnded), typeof(RelayAdmitted))
            .State.Relays.Single().By.Session.ShouldBe(again.Session);
    }

    [Fact]
    public void The_encoder_that_comes_back_to_its_origin_does_not_wait_for_the_copy()
    {
        var back = Encoder("back");
        var scene = Relayed().When(Ask(back)).ThenHeld(back).Then<EvictionOrdered>(e => e.Of.ShouldBe(Source));
        scene.When(Gone(Source)).ThenAdmitted(back).State.Relays.Count.ShouldBe(1, "the source is on srs-1 again");
    }

    [Fact]
    public void An_encoder_that_moves_to_the_origin_of_the_copy_waits_until_that_is_gone_too()
    {
        var moved = Encoder("moved", origin: "srs-2");
        var scene = Relayed().When(Ask(moved)).ThenHeld(moved);
        scene.Events.OfType<EvictionOrdered>().Select(e => e.Of.Session).ShouldBe([Source.Session, Copy.Session]);
        scene.When(AskRelay(Encoder("late-copy", origin: "srs-2", address: AddressOfFirst)))
            .Then<AttemptRefused>(e => e.Reason.ShouldBe(RefusalReason.HandoverRunning));
        scene.When(Gone(Source)).ThenNo<Admitted>().When(new ReportClosed(Copy.Session)).Then<RelayEnded>().ThenAdmitted(moved);
        scene.State.Relays.ShouldBeEmpty();
    }

    [Fact]
    public void A_copy_is_evicted_only_if_it_is_still_seen_after_the_key_went_elsewhere()
    {
        var moved = Encoder("moved", origin: "srs-3");
        var scene = Relayed().When(Ask(moved)).ThenHeld(moved).When(Gone(Source)).ThenAdmitted(moved).Then<RelayEnded>();
        scene.History.OfType<EvictionOrdered>().Count().ShouldBe(1);
        scene.After(2).When(new ReportPublisherSeen(Copy, 9, scene.Now, Verified: true, RelayOf: "srs-1"))
            .Then<EvictionOrdered>(e => e.Cause.ShouldBe(EvictionCause.Doubled));
    }

    [Fact]
    public void What_goes_on_after_its_source_has_ended_was_an_encoder_and_is_adopted()
    {
        var scene = Relayed().When(new ReportUnpublished(Source.Session)).After(1);
        scene.When(new ReportPublisherSeen(Copy, 9, scene.Now, Verified: true, RelayOf: "srs-1")).ThenNothing();
        scene.After(9).When(new ReportPublisherSeen(Copy, 99, scene.Now, Verified: true, RelayOf: "srs-1"))
            .Then(typeof(RelayEnded), typeof(SessionAdopted));
        Relayed().When(new ReportUnpublished(Source.Session)).Wait(61).ThenIs(LiveStreamPhase.Idle).State.Relays.ShouldBeEmpty();
    }

    [Fact]
    public void An_encoder_on_the_machine_of_the_source_is_no_copy_unless_the_configuration_says_so()
    {
        var local = Encoder("local", address: AddressOfFirst);
        Live(local).When(AskRelay(Copy)).Then<HandoverStarted>();
        Live(local).When(Ask(Copy, relayOf: "srs-1", configured: true)).Then(typeof(RelayAdmitted));
    }

    [Fact]
    public void A_configured_copy_never_takes_the_key_from_anybody()
    {
        var elsewhere = Encoder("elsewhere", origin: "srs-3");
        Live(elsewhere).When(Ask(Copy, relayOf: "srs-1", configured: true)).ThenRefused(Known, RefusalReason.IncumbentAlive);
        Empty().When(Ask(Copy, relayOf: "srs-1", configured: true)).ThenAdmitted(Known);
    }

    [Fact]
    public void Credentials_locks_and_pins_come_first()
    {
        Live(Source).When(Ask(Copy, credential: CredentialVerdict.Missing, relayOf: "srs-1"))
            .ThenRefused(Known, RefusalReason.CredentialMissing);
        Live(Source).When(Ask(Copy, credential: CredentialVerdict.Missing, relayOf: "srs-1", configured: true))
            .Then(typeof(RelayAdmitted));
        Live(Source).When(Ask(Copy, credential: CredentialVerdict.Wrong, relayOf: "srs-1", configured: true))
            .ThenRefused(Known, RefusalReason.CredentialWrong);
        Live(Source).When(new Lock("ann", "x")).When(AskRelay(Copy)).ThenRefused(Known, RefusalReason.Locked);
        var ann = Encoder("a", identity: "ann", proven: true);
        Live(ann).When(new Pin("ann", "op", "show")).When(AskRelay(Copy)).Then(typeof(RelayAdmitted));
    }

    [Fact]
    public void In_observe_mode_a_copy_is_known_as_well()
    {
        var scene = Live(Source, StreamPolicy.Default with { Mode = AdmissionMode.Observe }).When(AskRelay(Copy))
            .Then(typeof(RelayAdmitted)).After(1);
        scene.When(new ReportPublisherSeen(Copy, 9, scene.Now, Verified: true, RelayOf: "srs-1")).ThenNothing();
    }

    [Fact]
    public void A_copy_that_was_not_taken_for_one_is_stopped_as_a_fight()
    {
        // Encoder and forward share an address, so nothing tells them apart; each copy takes the key over, and dies with its source.
        var scene = Empty();
        for (var i = 0; i < 2; i++)
        {
            var encoder = Encoder($"encoder-{i}", address: AddressOfFirst);
            var copy = Encoder($"copy-{i}", origin: "srs-2", address: AddressOfFirst);
            scene.After(1).When(Ask(encoder)).ThenAdmitted(encoder).After(0.1).When(AskRelay(copy)).When(Gone(encoder))
                .When(new ReportClosed(copy.Session)).ThenIs(LiveStreamPhase.Interrupted);
        }

        var stays = Encoder("stays", address: AddressOfFirst);
        scene.After(1).When(Ask(stays)).ThenAdmitted(stays).After(0.1).When(AskRelay(Copy))
            .ThenRefused(Known, RefusalReason.FightCoolDown).Then<FightDetected>();
        scene.After(3).When(AskRelay(Encoder("next", origin: "srs-2", address: AddressOfFirst))).Then<AttemptRefused>()
            .ThenNo<EvictionOrdered>();
        scene.State.Session!.By.ShouldBe(stays);
    }

    [Fact]
    public void Tries_against_one_session_whose_server_hangs_are_no_fight()
    {
        // Encoder and servers share an address, and the version of the second server allows no more than 100 ms.
        var incumbent = Encoder("incumbent", address: AddressOfFirst);
        var scene = Live(incumbent);
        for (var i = 0; i < 4; i++)
        {
            var back = Known with { Session = Encoder($"back-{i}", origin: "srs-2").Session };
            scene.When(AskRelay(back) with { Hold = new HoldLimits(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1)) }).Wait(0.1)
                .ThenRefused(back, RefusalReason.HoldExhausted).ThenNo<FightDetected>().After(0.3);
        }

        var last = Known with { Session = Encoder("last", origin: "srs-2").Session };
        scene.When(new ReportEvictionStalled(incumbent.Session, "hangs")).When(AskRelay(last)).ThenAdmitted(last);
    }

    private static Scene Relayed() => Live(Source).When(AskRelay(Copy)).Then(typeof(RelayAdmitted));

    private static RequestPublish AskRelay(Publisher copy) => Ask(copy, relayOf: "srs-1");
}
