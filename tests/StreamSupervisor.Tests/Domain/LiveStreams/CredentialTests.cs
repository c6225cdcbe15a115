using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class CredentialTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");

    [Theory]
    [InlineData(CredentialVerdict.Missing, RefusalReason.CredentialMissing)]
    [InlineData(CredentialVerdict.Wrong, RefusalReason.CredentialWrong)]
    [InlineData(CredentialVerdict.Unknown, RefusalReason.CredentialWrong)]
    [InlineData(CredentialVerdict.Expired, RefusalReason.CredentialExpired)]
    public void Without_a_right_credential_nobody_is_let_in(CredentialVerdict verdict, RefusalReason reason) =>
        Live(Old).When(Ask(New, credential: verdict)).ThenRefused(New, reason).ThenIs(LiveStreamPhase.Live);

    [Theory]
    [InlineData(CredentialVerdict.Missing, RefusalReason.CredentialMissing)]
    [InlineData(CredentialVerdict.Wrong, RefusalReason.CredentialWrong)]
    [InlineData(CredentialVerdict.Expired, RefusalReason.CredentialExpired)]
    public void A_stranger_at_a_key_that_nobody_ever_used_is_refused_and_writes_nothing(CredentialVerdict verdict, RefusalReason reason)
    {
        var scene = Empty().When(Ask(New, credential: verdict)).ThenNothing();
        (scene.OffTheRecord, scene.Reply).ShouldBe((true, new Refused(0, reason, null)));
        scene.When(new ReportUnpublished(New.Session)).ThenNothing().When(new ReportClosed(New.Session)).ThenNothing();
        LiveStream.HasHistory(scene.State).ShouldBeFalse();
        Empty().When(new Register("r1", "ann", 1, verdict, null, "10.0.0.1", TimeSpan.FromSeconds(10), null)).ThenNothing();
    }

    [Fact]
    public void A_refusal_at_a_key_with_a_history_is_written()
    {
        Empty().When(new Lock("ann", "x")).When(Ask(New)).ThenRefused(New, RefusalReason.Locked).OffTheRecord.ShouldBeFalse();
        var scene = Live(Old).When(new ReportUnpublished(Old.Session)).Wait(61).When(Ask(New, credential: CredentialVerdict.Wrong));
        scene.ThenRefused(New, RefusalReason.CredentialWrong).OffTheRecord.ShouldBeFalse();
    }

    [Fact]
    public void An_expired_credential_of_the_same_identity_is_good_inside_the_reconnect_window()
    {
        var ann = Encoder("a1", identity: "ann", proven: true);
        var back = Encoder("a2", identity: "ann", proven: true);
        var bob = Encoder("b1", identity: "bob", proven: true);
        Live(ann).When(new ReportUnpublished(ann.Session)).After(30).When(Ask(back, credential: CredentialVerdict.Expired))
            .ThenAdmitted(back);
        Live(ann).When(new ReportUnpublished(ann.Session)).After(30).When(Ask(bob, credential: CredentialVerdict.Expired))
            .ThenRefused(bob, RefusalReason.CredentialExpired);
        Live(ann).When(new ReportUnpublished(ann.Session)).Wait(61).When(Ask(back, credential: CredentialVerdict.Expired))
            .ThenRefused(back, RefusalReason.CredentialExpired);
    }

    [Fact]
    public void A_credential_of_a_registration_is_good_for_the_last_registration_of_its_key_only()
    {
        var ann = Encoder("a1", identity: "ann", proven: true);
        RequestPublish By(string id) => Ask(ann, credential: CredentialVerdict.Valid) with
        {
            Registered = new RegistrationClaim(RegistrationClaim.MarkOf(id), CredentialVerdict.Missing, "key", Proven: false),
        };
        var register = new Register("r1", "ann", 1, CredentialVerdict.NotRequired, null, "10.0.0.1", TimeSpan.FromSeconds(10), null);

        Empty().When(By("r1")).Reply.ShouldBe(new Refused(0, RefusalReason.CredentialMissing, null));
        Empty().When(register).When(By("r2")).ThenRefused(ann with { Identity = "key", Proven = false }, RefusalReason.CredentialMissing);
        Empty().When(register).When(By("r1")).ThenAdmitted(ann);
        Empty().When(register).When(register with { RegistrationId = "r2", Attempt = 2 }).When(By("r1"))
            .ThenRefused(ann with { Identity = "key", Proven = false }, RefusalReason.CredentialMissing);
    }

    [Fact]
    public void Where_no_credential_is_asked_for_an_empty_claim_leaves_an_encoder_that_proved_nothing()
    {
        var ask = Ask(Encoder("a1", identity: "ann", proven: true), credential: CredentialVerdict.Valid) with
        {
            Registered = new RegistrationClaim(RegistrationClaim.MarkOf("forged"), CredentialVerdict.NotRequired, "key", Proven: false),
        };
        Empty().When(ask).ThenAdmitted(Encoder("a1", identity: "key", proven: false));
    }

    [Theory]
    [InlineData(CredentialVerdict.Valid, true)]
    [InlineData(CredentialVerdict.Wrong, false)]
    public void Whom_a_look_found_while_it_waited_is_decided_on_when_it_asks(CredentialVerdict credential, bool isLetIn)
    {
        var by = Scene.Encoder("waits", "srs-1");
        var scene = Scene.Empty().When(new ReportPublisherSeen(by, 1, default, Verified: true)).Then<SessionAdopted>();

        scene.After(1).When(Scene.Ask(by) with { Credential = credential });

        scene.Events.OfType<Admitted>().Any().ShouldBe(isLetIn);
        scene.Events.OfType<AttemptRefused>().Any().ShouldBe(!isLetIn);
        (scene.State.Session is not null).ShouldBe(isLetIn);
    }
}
