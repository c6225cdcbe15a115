using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>What a handover carries besides who gets the key: times, limits, causes, and what is told of it.</summary>
public class HandoverEdgeTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");
    private static readonly Publisher Newer = Encoder("newer");
    private static readonly Publisher Rival = Encoder("rival", address: "10.0.0.9", identity: "10.0.0.9");
    private static readonly HoldLimits ShortElsewhere = new(TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(0.1));

    [Fact]
    public void Who_takes_the_place_of_a_held_attempt_is_held_for_its_own_time_from_then()
    {
        var scene = Live(Old).When(Ask(New)).After(1).When(Ask(Newer))
            .Then<ChallengerReplaced>(e => e.HoldUntil.ShouldBe(e.At.AddSeconds(2.5))).ThenRefused(New, RefusalReason.Superseded);
        scene.Wait(2.4).ThenHeld(Newer);
        scene.Wait(0.2).ThenRefused(Newer, RefusalReason.HoldExhausted);
    }

    [Fact]
    public void Only_another_identity_in_the_place_of_a_held_attempt_is_a_contest()
    {
        Live(Old).When(Ask(New)).After(1).When(Ask(Rival)).Then<TakeoverContested>(e => (e.From, e.To).ShouldBe(("10.0.0.1", "10.0.0.9")));
        Live(Old).When(Ask(New)).After(1).When(Ask(Newer)).ThenNo<TakeoverContested>();
    }

    [Theory]
    [InlineData("srs-1", 2.5)]
    [InlineData("srs-2", 0.1)]
    public void An_attempt_waits_longer_where_the_session_that_goes_is_on_its_own_server(string server, double seconds) =>
        Live(Old).When(Ask(Encoder("new", server), hold: ShortElsewhere))
            .Then<HandoverStarted>(e => (e.HoldUntil - e.At).TotalSeconds.ShouldBe(seconds));

    [Fact]
    public void An_attempt_waits_longer_where_a_removal_on_its_own_server_is_under_way()
    {
        // The key goes to the second server while the removal on the first goes on; then somebody comes to the first.
        var scene = Live(Old).When(Ask(Encoder("b", "srs-2")));
        scene.When(new ReportEvictionStalled(Old.Session, "no answer"));
        var third = Encoder("c", "srs-1");
        scene.When(Ask(third, hold: ShortElsewhere));
        (scene.State.Handover.ShouldNotBeNull().HoldUntil - scene.Now).TotalSeconds.ShouldBe(2.5);
    }

    [Fact]
    public void No_attempt_waits_longer_than_the_policy_says() =>
        Live(Old, StreamPolicy.Default with { Hold = TimeSpan.FromSeconds(1) }).When(Ask(New))
            .Then<HandoverStarted>(e => (e.HoldUntil - e.At).TotalSeconds.ShouldBe(1));

    [Theory]
    [InlineData(ReleaseProof.ClientGone, LossCause.Evicted)]
    [InlineData(ReleaseProof.ProcessReplaced, LossCause.ProcessGone)]
    public void Why_a_session_ended_follows_from_the_proof(ReleaseProof proof, LossCause cause) =>
        Live(Old).When(Ask(New)).When(new ReportEvicted(Old.Session, proof)).Then<PublisherLost>(e => e.Cause.ShouldBe(cause));

    [Fact]
    public void A_refusal_that_waiting_cannot_mend_promises_no_next_try()
    {
        Live(Old).When(new Lock("ann", "x")).When(Ask(New)).Then<AttemptRefused>(e => e.RetryAfter.ShouldBeNull());
        Live(Old, StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins }).When(Ask(New))
            .Then<AttemptRefused>(e => e.RetryAfter.ShouldBe(RefusalCatalog.Of(RefusalReason.IncumbentAlive).RetryAfter));
    }

    [Fact]
    public void Under_a_policy_that_waits_a_session_that_an_operator_ordered_away_is_in_nobodys_way() =>
        Live(Old, StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins }).When(new Release("ann", "x")).When(Ask(New))
            .ThenHeld(New).Then<HandoverStarted>(e => e.Rule.ShouldBe(AdmissionRule.IncumbentSilent));

    [Fact]
    public void Observing_tells_a_free_key_a_takeover_and_a_refusal_apart()
    {
        var observe = StreamPolicy.Default with { Mode = AdmissionMode.Observe };
        Empty(observe).When(Ask(New)).Then<DecisionObserved>(e => (e.Verdict, e.Reason).ShouldBe(("admit", RefusalReason.Unknown)));
        Live(Old, observe).When(Ask(New)).Then<DecisionObserved>(e => (e.Verdict, e.Reason).ShouldBe(("handover", RefusalReason.Unknown)));
        Live(Old, observe with { Takeover = TakeoverPolicy.FirstWins }).When(Ask(New))
            .Then<DecisionObserved>(e => (e.Verdict, e.Reason).ShouldBe(("refuse", RefusalReason.IncumbentAlive)));
        Empty(observe).When(Ask(New, credential: CredentialVerdict.Wrong))
            .Then<DecisionObserved>(e => (e.Verdict, e.Reason).ShouldBe(("refuse", RefusalReason.CredentialWrong)));
    }

    [Fact]
    public void An_admission_that_nothing_confirms_is_asked_for_again_one_confirmation_time_later() =>
        Empty().When(Ask(New)).Wait(8).Then<ConfirmationOverdue>(e => e.AskAgainAt.ShouldBe(e.At + StreamPolicy.Default.ConfirmWithin));

    [Fact]
    public void An_expired_ticket_lets_in_who_had_proven_it_on_air_or_in_the_reconnect_window_and_nobody_else()
    {
        var proven = Encoder("old", identity: "ann", proven: true);
        var back = Encoder("new", identity: "ann");
        Live(proven).When(Ask(back, credential: CredentialVerdict.Expired)).ThenHeld(back);
        Live(proven).When(new ReportClosed(proven.Session)).After(30).When(Ask(back, credential: CredentialVerdict.Expired)).ThenAdmitted(back);
        Live(proven).When(Ask(Encoder("new", identity: "bob"), credential: CredentialVerdict.Expired))
            .Then<AttemptRefused>(e => e.Reason.ShouldBe(RefusalReason.CredentialExpired));
        Live(Old with { Identity = "ann" }).When(Ask(back, credential: CredentialVerdict.Expired))
            .Then<AttemptRefused>(e => e.Reason.ShouldBe(RefusalReason.CredentialExpired));
    }

    [Fact]
    public void A_lost_reservation_did_not_end_with_a_broadcast()
    {
        var scene = Empty().When(new Reserve("ann", TimeSpan.FromSeconds(30)));
        scene.Wait(31).Then<ReservationEnded>(e => e.EndOfBroadcast.ShouldBeFalse());
    }
}
