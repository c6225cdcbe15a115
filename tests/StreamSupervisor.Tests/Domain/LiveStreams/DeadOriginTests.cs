using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>The key's session is on a server that is down for good or not configured any more, and a policy keeps it.</summary>
public class DeadOriginTests
{
    private static readonly Publisher There = Encoder("there", origin: "srs-1", identity: "ann");
    private static readonly Publisher Here = Encoder("here", origin: "srs-2", address: "10.0.0.2", identity: "bob");

    [Theory]
    [InlineData(TakeoverPolicy.FirstWins)]
    [InlineData(TakeoverPolicy.SameIdentity)]
    public void It_counts_as_gone_for_an_encoder_on_another_server(TakeoverPolicy policy)
    {
        var scene = Live(There, With(policy)).When(Ask(Here)).ThenRefused(Here, RefusalReason.IncumbentAlive);
        var later = Here with { Session = Here.Session with { ClientId = "later" } };
        scene.After(10).When(Ask(later) with { SessionOutOfReach = true })
            .Then<HandoverStarted>(e => e.Rule.ShouldBe(AdmissionRule.OldNodeUnreachable)).ThenNo<TakeoverContested>();
        scene.When(new ReportEvictionStalled(There.Session, "no answer")).Wait(2.5).ThenAdmitted(later, AdmissionRule.OldNodeUnreachable);
        LiveStream.OpenWork(scene.State).ShouldHaveSingleItem().ShouldBeOfType<EvictSession>().Session.ShouldBe(There.Session);
    }

    [Fact]
    public void It_is_dropped_where_its_server_is_not_configured()
    {
        var scene = Live(There, With(TakeoverPolicy.FirstWins)).When(Ask(Here) with { SessionOutOfReach = true }).ThenHeld(Here);
        scene.When(new ReportOriginUnknown("srs-1")).ThenAdmitted(Here).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.OriginUnknown));
        LiveStream.OpenWork(scene.State).ShouldBeEmpty();
    }

    [Fact]
    public void On_its_own_server_it_may_live_since_a_hook_came_from_there()
    {
        var neighbour = Encoder("neighbour", origin: "srs-1", identity: "bob");
        Live(There, With(TakeoverPolicy.FirstWins)).When(Ask(neighbour) with { SessionOutOfReach = true })
            .ThenRefused(neighbour, RefusalReason.IncumbentAlive);
    }

    [Fact]
    public void A_cool_down_keeps_nobody_out_for_its_sake()
    {
        var other = Encoder("other", origin: "srs-2", address: "10.0.0.2");
        var scene = Live(Encoder("c", origin: "srs-1"));
        for (var i = 0; scene.State.CoolDownUntil is null; i++)
        {
            var next = i % 2 == 0 ? other : Encoder("back", origin: "srs-1");
            var incumbent = scene.State.Session!.By;
            scene.After(1).When(Ask(next with { Session = next.Session with { ClientId = $"c{i}" } })).When(Gone(incumbent));
        }

        var (kept, third) = (scene.State.Session!.By, Encoder("third", origin: "srs-3", address: "10.0.0.3"));
        scene.When(Ask(third)).ThenRefused(third, RefusalReason.FightCoolDown);
        third = third with { Session = third.Session with { ClientId = "again" } };
        scene.When(Ask(third) with { SessionOutOfReach = true }).ThenHeld(third).Then<EvictionOrdered>(e => e.Of.ShouldBe(kept));
    }

    [Fact]
    public void A_registration_is_not_refused_for_its_sake()
    {
        var register = new Register("r1", "bob", 1, CredentialVerdict.NotRequired, null, "10.0.0.2", TimeSpan.FromSeconds(20), null);
        Live(There, With(TakeoverPolicy.FirstWins)).When(register).Then<RegistrationRefused>();
        Live(There, With(TakeoverPolicy.FirstWins)).When(register with { SessionOutOfReach = true }).Then<EncoderRegistered>();
    }

    private static StreamPolicy With(TakeoverPolicy takeover) => StreamPolicy.Default with { Takeover = takeover };
}
