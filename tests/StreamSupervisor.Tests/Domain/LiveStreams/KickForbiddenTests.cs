using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>The API of a server forbids DELETE, so that its old session goes only when SRS itself drops it.</summary>
public class KickForbiddenTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");
    private static readonly Publisher Again = Encoder("again");
    private static readonly ReportEvictionStalled Forbidden = new(Old.Session, "forbids DELETE (405)", Forbidden: true);

    [Fact]
    public void A_returning_encoder_is_told_that_kicks_are_not_allowed()
    {
        var scene = Live(Old).When(Ask(New)).When(Forbidden).Then<EvictionStalled>(e => e.Forbidden.ShouldBeTrue()).ThenHeld(New);
        scene.Wait(2.5).ThenRefused(New, RefusalReason.KickForbidden);
        scene.When(Ask(Again)).ThenHeld(Again).Wait(2.5).ThenRefused(Again, RefusalReason.KickForbidden);
    }

    [Fact]
    public void It_is_let_in_when_SRS_itself_has_dropped_the_old_session()
    {
        Forbid().When(Ask(Again)).When(new ReportClosed(Old.Session)).ThenAdmitted(Again);
        Forbid().When(new ReportClosed(Old.Session)).When(Ask(Again)).ThenAdmitted(Again);
    }

    [Fact]
    public void It_is_let_in_when_a_kick_works_again() => Forbid().When(Ask(Again)).When(Gone(Old)).ThenAdmitted(Again);

    [Fact]
    public void It_is_written_once_and_also_after_the_server_did_not_answer_at_first()
    {
        var scene = Live(Old).When(Ask(New)).When(new ReportEvictionStalled(Old.Session, "refused")).Then<EvictionStalled>();
        scene.When(Forbidden).Then<EvictionStalled>(e => e.Forbidden.ShouldBeTrue());
        scene.When(Forbidden).ThenNothing();
        scene.When(new ReportEvictionStalled(Old.Session, "refused")).ThenNothing();
    }

    [Fact]
    public void An_encoder_on_another_server_hears_nothing_of_it()
    {
        var there = Encoder("there", origin: "srs-2");
        Live(Old).When(Ask(there)).When(Forbidden).Wait(2.5).ThenAdmitted(there, AdmissionRule.OldNodeUnreachable);
    }

    private static Scene Forbid() => Live(Old).When(Ask(New)).When(Forbidden).Wait(2.5);
}
