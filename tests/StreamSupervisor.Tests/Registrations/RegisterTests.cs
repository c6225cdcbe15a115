using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Registrations;

public sealed class RegisterTests
{
    private static readonly Publisher Ann = Encoder("a", identity: "ann", proven: true);
    private static readonly Publisher Stranger = Encoder("s", address: "10.0.0.9");

    private static Register Announce(string encoder, int attempt = 1, string id = "r1", CredentialVerdict credential = CredentialVerdict.NotRequired) =>
        new(id, encoder, attempt, credential, null, "10.0.0.1", TimeSpan.FromSeconds(30), null);

    private static void ShouldSay(TestKit.Domain.Scene scene, RegistrationDecision decision, RefusalReason reason = RefusalReason.Unknown)
    {
        var reply = scene.Reply.ShouldBeOfType<RegistrationReply>();
        (reply.Decision, reply.Reason).ShouldBe((decision, reason));
    }

    [Fact]
    public void While_the_key_is_handed_to_another_only_that_one_may_announce_itself()
    {
        var scene = Live(Encoder("old")).When(Ask(Encoder("new", identity: "bob", proven: true)));
        ShouldSay(scene.When(Announce("ann")).Then<RegistrationRefused>(), RegistrationDecision.Refused, RefusalReason.HandoverRunning);
        ShouldSay(scene.When(Announce("bob")).Then<EncoderRegistered>(), RegistrationDecision.Wait, RefusalReason.HoldExhausted);
    }

    [Fact]
    public void A_pinned_key_is_reserved_for_nobody_else()
    {
        var scene = Empty().When(new Pin("bob", "ops", "x"));
        ShouldSay(scene.When(Announce("ann")).Then<RegistrationRefused>(), RegistrationDecision.Refused, RefusalReason.PinnedToAnother);
        ShouldSay(scene.When(Announce("bob")).Then<EncoderRegistered>(), RegistrationDecision.Publish);
    }

    [Fact]
    public void A_free_key_is_reserved_and_the_encoder_may_publish_at_once()
    {
        var scene = Empty().When(Announce("ann")).Then<EncoderRegistered>();
        ShouldSay(scene, RegistrationDecision.Publish);
        scene.When(Ask(Stranger)).ThenRefused(Stranger, RefusalReason.Reserved);
        scene.When(Ask(Ann)).ThenAdmitted(Ann, AdmissionRule.KeyFree).Then<ReservationEnded>();
    }

    [Fact]
    public void Its_own_stale_session_is_removed_before_it_arrives_and_it_gets_in_at_its_first_try()
    {
        var scene = Live(Ann).After(60).When(Announce("ann")).Then<EvictionOrdered>(e => e.Of.ShouldBe(Ann));
        ShouldSay(scene, RegistrationDecision.Wait, RefusalReason.HoldExhausted);
        scene.When(Gone(Ann));
        LiveStream.StandingOf(scene.State, "r1", scene.Now).Decision.ShouldBe(RegistrationDecision.Publish);
        var again = Encoder("b", identity: "ann", proven: true);
        scene.When(Ask(again)).ThenAdmitted(again, AdmissionRule.KeyFree).Then<Admitted>(e => e.SameBroadcast.ShouldBeTrue());
    }

    [Fact]
    public void It_is_on_air_from_its_admission_until_it_is_ordered_away()
    {
        var scene = Empty().When(Announce("ann"));
        OnAir().ShouldBeFalse();
        scene.When(Ask(Ann));
        OnAir().ShouldBeTrue();
        scene.After(60).When(new ReportSilent(Ann.Session, scene.Now, scene.State.Generation));
        OnAir().ShouldBeFalse();

        bool OnAir() => LiveStream.StandingOf(scene.State, "r1", scene.Now).OnAir == true;
    }

    [Fact]
    public void The_same_encoder_and_attempt_hear_the_same_and_nothing_is_written()
    {
        var scene = Live(Stranger).When(Announce("ann")).When(Announce("ann", id: "r2")).ThenNothing();
        scene.Reply.ShouldBeOfType<RegistrationReply>().RegistrationId.ShouldBe("r1");
        scene.When(Announce("ann", attempt: 2, id: "r3")).Then(typeof(EncoderRegistered)).Reply.ShouldBeOfType<RegistrationReply>().Tries.ShouldBe(2);
    }

    [Fact]
    public void A_late_copy_of_the_message_does_not_remove_the_session_that_it_led_to()
    {
        var scene = Empty().When(Announce("ann")).When(Ask(Ann)).After(2).When(Announce("ann")).ThenNothing();
        ShouldSay(scene, RegistrationDecision.Publish);
        scene.After(60).When(Announce("ann")).Then<EvictionOrdered>().Reply.ShouldBeOfType<RegistrationReply>().Tries.ShouldBe(1);
    }

    [Fact]
    public void An_encoder_that_was_slow_to_start_and_lost_its_stream_soon_is_no_copy_of_its_message()
    {
        // It knows that it began 11 s ago, which is long enough to count from one again; SRS let it in 8 s ago.
        var scene = Empty().When(Announce("ann")).After(3).When(Ask(Ann)).After(8).When(Announce("ann", id: "r2"))
            .Then<EncoderRegistered>().Then<EvictionOrdered>(e => e.Of.ShouldBe(Ann));
        ShouldSay(scene, RegistrationDecision.Wait, RefusalReason.HoldExhausted);
    }

    [Fact]
    public void A_registration_ends_its_broadcast_before_and_after_SRS_has_said_that_the_stream_ended()
    {
        MayEnd(Empty().When(Announce("ann"))).ShouldBe("ann", "the key is kept for it");
        MayEnd(Empty().When(Announce("ann")).When(Ask(Ann))).ShouldBe("ann", "it is on air");

        var scene = Empty().When(Announce("ann")).When(Ask(Ann)).After(60).When(new ReportUnpublished(Ann.Session)).ThenIs(LiveStreamPhase.Interrupted);
        LiveStream.StandingOf(scene.State, "r1", scene.Now).Decision.ShouldBe(RegistrationDecision.Unknown);
        MayEnd(scene).ShouldBe("ann", "its return is waited for");
        scene.After(1).When(new CancelReservation("ann", EndOfBroadcast: true)).Then<BroadcastEnded>().ThenIs(LiveStreamPhase.Idle);
        MayEnd(scene).ShouldBeNull("it is over");
    }

    [Fact]
    public void A_registration_ends_no_broadcast_of_another_encoder_and_none_that_a_newer_one_means_to_go_on_with()
    {
        var newer = Empty().When(Announce("ann")).When(Ask(Ann)).After(60).When(new ReportUnpublished(Ann.Session)).When(Announce("ann", id: "r2"));
        MayEnd(newer).ShouldBeNull("it has registered again");
        MayEnd(newer, "r2").ShouldBe("ann");

        var other = Empty().When(Announce("ann")).Wait(31).When(Ask(Stranger)).After(60).When(new ReportUnpublished(Stranger.Session));
        other.ThenIs(LiveStreamPhase.Interrupted);
        MayEnd(other).ShouldBeNull("the broadcast is somebody else's");

        var over = Empty().When(Announce("ann")).When(Ask(Ann)).After(60).When(new ReportUnpublished(Ann.Session)).Wait(61);
        MayEnd(over.ThenIs(LiveStreamPhase.Idle)).ShouldBeNull("nobody waits any more");
    }

    [Fact]
    public void The_late_goodbye_of_a_registration_ends_nothing_of_a_newer_one_of_the_same_encoder()
    {
        var scene = Empty().When(Announce("ann")).When(Ask(Ann)).After(60).When(new ReportUnpublished(Ann.Session)).When(Announce("ann", id: "r2"));
        scene.When(new CancelReservation("ann", EndOfBroadcast: true, "r1")).ThenNothing();
        scene.Reply.ShouldBe(new Done(false, "No such registration, or nothing of it is left to end."));
        scene.State.ReservedFor.ShouldBe("ann");

        var back = Encoder("s2", identity: "ann");
        scene.When(Ask(back)).ThenAdmitted(back).When(new CancelReservation("ann", EndOfBroadcast: true, "r1")).ThenNothing();
        scene.State.EndOfBroadcast.ShouldBeFalse("it is on air and may come back");
        scene.When(new CancelReservation("ann", EndOfBroadcast: true, "r2")).Then<ReservationEnded>(e => e.EndOfBroadcast.ShouldBeTrue());
        scene.When(new ReportUnpublished(back.Session)).ThenIs(LiveStreamPhase.Idle);
    }

    private static string? MayEnd(TestKit.Domain.Scene scene, string id = "r1") => LiveStream.EncoderThatMayEnd(scene.State, id, scene.Now);

    [Fact]
    public void While_the_old_session_is_being_removed_nobody_else_gets_in_between()
    {
        var scene = Live(Stranger).When(Announce("ann"));
        var back = Encoder("s2", address: "10.0.0.9");
        scene.When(Ask(back)).ThenRefused(back, RefusalReason.Reserved);
        scene.When(Gone(Stranger)).When(Ask(Ann)).ThenAdmitted(Ann);
    }

    [Fact]
    public void Another_encoder_hears_that_the_key_is_reserved_and_for_how_long()
    {
        var scene = Empty().When(Announce("ann")).After(10).When(Announce("bob", id: "r2")).Then<RegistrationRefused>();
        ShouldSay(scene, RegistrationDecision.Refused, RefusalReason.Reserved);
        scene.Reply.ShouldBeOfType<RegistrationReply>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(CredentialVerdict.Missing, RefusalReason.CredentialMissing)]
    [InlineData(CredentialVerdict.Wrong, RefusalReason.CredentialWrong)]
    [InlineData(CredentialVerdict.Expired, RefusalReason.CredentialExpired)]
    [InlineData(CredentialVerdict.Unknown, RefusalReason.CredentialWrong)]
    public void A_bad_credential_is_refused_for_good_and_removes_nobody(CredentialVerdict verdict, RefusalReason reason)
    {
        var scene = Live(Stranger).When(Announce("ann", credential: verdict)).Then(typeof(RegistrationRefused));
        ShouldSay(scene, RegistrationDecision.Refused, reason);
        scene.Reply.ShouldBeOfType<RegistrationReply>().RetryAfter.ShouldBeNull();
    }

    [Fact]
    public void A_policy_that_keeps_the_incumbent_keeps_it_from_registrations_too()
    {
        var policy = StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins };
        var scene = Live(Stranger, policy).When(Announce("ann")).ThenNo<EvictionOrdered>();
        ShouldSay(scene, RegistrationDecision.Refused, RefusalReason.IncumbentAlive);
        scene.When(new ReportSilent(Stranger.Session, scene.Now, scene.State.Generation)).When(Announce("ann", attempt: 2));
        ShouldSay(scene, RegistrationDecision.Wait, RefusalReason.HoldExhausted);
    }

    [Fact]
    public void Two_encoders_that_register_each_other_away_are_a_fight()
    {
        var scene = Empty();
        var n = 0;
        RegistrationReply reply;
        do
        {
            var name = n % 2 == 0 ? "ann" : "bob";
            var by = Encoder($"c{n}", identity: name, proven: true);
            reply = scene.After(1).When(Announce(name, attempt: n, id: $"r{n}")).Reply.ShouldBeOfType<RegistrationReply>();
            if (scene.State.Session is { } old && reply.Decision == RegistrationDecision.Wait)
            {
                scene.When(Gone(old.By));
            }

            scene.When(Ask(by)).After(1).When(new ReportPublisherSeen(by, 1000, scene.Now, Verified: false));
        }
        while (reply.Decision != RegistrationDecision.Refused && ++n < 20);
        reply.Reason.ShouldBe(RefusalReason.FightCoolDown);
    }

    [Fact]
    public void A_reservation_runs_out_by_itself_and_a_renewal_prolongs_it_at_half_of_its_life()
    {
        var scene = Empty().When(Announce("ann")).After(10).When(new RenewRegistration("r1", TimeSpan.FromSeconds(30))).ThenNothing();
        scene.After(10).When(new RenewRegistration("r1", TimeSpan.FromSeconds(30))).Then(typeof(KeyReserved));
        scene.Wait(29).State.ReservedFor.ShouldBe("ann");
        scene.Wait(2).State.ReservedFor.ShouldBeNull();
        scene.When(new RenewRegistration("r1", TimeSpan.FromSeconds(30))).ThenNothing();
        ShouldSay(scene, RegistrationDecision.Unknown);
    }

    [Fact]
    public void In_observe_mode_nobody_is_removed_and_nobody_kept_out()
    {
        var scene = Live(Stranger, StreamPolicy.Default with { Mode = AdmissionMode.Observe }).When(Announce("ann", credential: CredentialVerdict.Wrong))
            .ThenNo<EvictionOrdered>();
        ShouldSay(scene, RegistrationDecision.Publish);
    }
}
