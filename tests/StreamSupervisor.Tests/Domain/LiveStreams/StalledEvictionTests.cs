using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class StalledEvictionTests
{
    private static readonly Publisher There = Encoder("there", origin: "srs-1");
    private static readonly Publisher First = Encoder("first", origin: "srs-2");
    private static readonly Publisher Second = Encoder("second", origin: "srs-2");

    [Fact]
    public void A_dead_server_costs_the_first_return_a_hold_and_no_later_one()
    {
        var scene = MovedAway();
        scene.After(20).When(Ask(Second)).ThenHeld(Second).Then<EvictionOrdered>(e => e.Of.ShouldBe(First));
        scene.When(Gone(First)).ThenAdmitted(Second, AdmissionRule.OldNodeUnreachable);
        scene.When(new ReportUnpublished(Second.Session)).After(1)
            .When(Ask(First with { Session = First.Session with { ClientId = "third" } })).Then<Admitted>();
        LiveStream.OpenWork(scene.State).ShouldBe([new EvictSession(There.Session, "srs-1", null, Start.AddSeconds(1))]);
    }

    [Fact]
    public void An_incumbent_whose_removal_has_stalled_before_holds_nobody_on_another_server() =>
        Live(There).When(new Kick("ann", "x")).When(new ReportEvictionStalled(There.Session, "refused")).After(5).When(Ask(First))
            .ThenAdmitted(First, AdmissionRule.OldNodeUnreachable).ThenNo<HandoverStarted>();

    [Fact]
    public void On_the_server_itself_it_must_be_proven_gone_all_the_same()
    {
        var back = Encoder("back", origin: "srs-1");
        MovedAway().When(Ask(back)).ThenHeld(back).When(Gone(First)).ThenNo<Admitted>().When(Gone(There)).ThenAdmitted(back);
    }

    [Fact]
    public void A_newer_attempt_does_not_wait_for_what_has_stalled_meanwhile() =>
        Live(There).When(Ask(First)).When(new ReportEvictionStalled(There.Session, "refused")).ThenHeld(First)
            .When(Ask(Second)).ThenRefused(First, RefusalReason.Superseded).ThenAdmitted(Second, AdmissionRule.OldNodeUnreachable);

    [Fact]
    public void A_look_at_another_stream_does_not_end_the_hold_of_the_first()
    {
        var scene = Live(There).When(Ask(First)).When(new ReportEvictionStalled(There.Session, "refused")).After(1);
        scene.When(new ReportProcessReplaced("srs-2", "run-1")).ThenNothing().ThenHeld(First);
    }

    [Fact]
    public void Removals_on_an_origin_that_is_not_configured_any_more_are_dropped_with_a_word()
    {
        Live(There).When(Ask(First)).When(new ReportOriginUnknown("srs-1")).Then<EvictionDropped>(e => e.Why.ShouldContain("srs-1"))
            .Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.OriginUnknown)).ThenAdmitted(First);
        var scene = MovedAway().When(new ReportOriginUnknown("srs-1")).Then(typeof(EvictionDropped));
        (LiveStream.OpenWork(scene.State), scene.State.Session!.By).ShouldBe(([], First));
        scene.When(new ReportOriginUnknown("srs-1")).ThenNothing();
    }

    [Fact]
    public void A_session_that_can_not_be_confirmed_because_its_origin_is_gone_has_ended()
    {
        Live(There).When(new ReportOriginUnknown("srs-1")).ThenNothing();
        Empty().When(Ask(There)).Wait(8).When(new ReportOriginUnknown("srs-1")).Then(typeof(PublisherLost))
            .ThenIs(LiveStreamPhase.Interrupted);
    }

    [Fact]
    public void A_search_of_an_origin_that_is_gone_is_over()
    {
        var scene = Empty().When(new Release("ann", "x") { Origins = ["srs-1", "srs-2"] }).When(new ReportOriginUnknown("srs-1"))
            .Then(typeof(SearchFinished));
        LiveStream.OpenWork(scene.State).ShouldBe([new SearchForPublishers("srs-2")]);
    }

    [Fact]
    public void A_release_drops_what_has_stalled_and_what_is_configured_no_longer()
    {
        var scene = MovedAway().When(new Release("ann", "stuck") { Origins = ["srs-1", "srs-2"] })
            .Then<EvictionDropped>(e => e.Why.ShouldContain("ann")).Then<EvictionOrdered>(e => e.Of.ShouldBe(First));
        scene.State.Evictions.Single().Of.ShouldBe(First);
        Live(There).When(new Kick("ann", "x")).When(new Release("ann", "x") { Origins = ["srs-2"] }).Then<EvictionDropped>()
            .Then<PublisherLost>()
            .State.Evictions.ShouldBeEmpty();
    }

    [Fact]
    public void A_registered_encoder_is_not_told_to_wait_for_a_dead_server()
    {
        var scene = MovedAway()
            .When(new Register("r1", "ann", 1, CredentialVerdict.NotRequired, null, "10.0.0.1", TimeSpan.FromSeconds(20), null))
            .When(Gone(First));
        LiveStream.StandingOf(scene.State, "r1", scene.Now).Decision.ShouldBe(RegistrationDecision.Publish);
    }

    /// <summary>srs-1 died with the stream, and the encoder went to srs-2 after one hold.</summary>
    private static Scene MovedAway() => Live(There).When(Ask(First)).When(new ReportEvictionStalled(There.Session, "refused"))
        .Wait(2.5).ThenAdmitted(First, AdmissionRule.OldNodeUnreachable);
}
