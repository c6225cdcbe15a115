using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Dashboard.Lanes;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Dashboard.Lanes;

public class HandoverWaterfallTests
{
    private static readonly Publisher Old = Encoder("old11111");
    private static readonly Publisher New = Encoder("new22222", "srs-2");

    [Fact]
    public void A_handover_is_told_step_by_step_in_milliseconds()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.0085).When(Gone(Old));
        var handover = HandoverWaterfall.All(Journals.Of(scene)).ShouldHaveSingleItem();
        handover.To.ShouldBe(New);
        (handover.TookMs, handover.WasAdmitted, handover.EndMs).ShouldBe((8.5, true, 8.5));
        handover.Steps.Select(step => (step.Kind, step.FromMs, step.ToMs)).ShouldBe(
        [
            (HandoverStepKind.HookArrived, null, null),
            (HandoverStepKind.Decided, 0, 0),
            (HandoverStepKind.Durable, null, null),
            (HandoverStepKind.KickSent, null, null),
            (HandoverStepKind.Removal, 0, 8.5),
            (HandoverStepKind.Admitted, 8.5, 8.5),
        ]);
        handover.Steps[4].Of.ShouldBeOfType<EvictionFinished>().Proof.ShouldBe(ReleaseProof.ClientGone);
    }

    [Fact]
    public void What_the_journal_does_not_time_is_said_to_be_so()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.0085).When(Gone(Old));
        HandoverWaterfall.All(Journals.Of(scene)).ShouldHaveSingleItem().Steps.Where(step => !step.IsRecorded).Select(step => step.Kind)
            .ShouldBe([HandoverStepKind.HookArrived, HandoverStepKind.Durable, HandoverStepKind.KickSent]);
    }

    [Fact]
    public void A_newer_attempt_that_takes_the_place_is_a_step_and_gets_the_answer()
    {
        var again = Encoder("new33333", "srs-2");
        var scene = Live(Old).After(9).When(Ask(New)).After(0.5).When(Ask(again)).After(0.25).When(Gone(Old));
        var handover = HandoverWaterfall.All(Journals.Of(scene)).ShouldHaveSingleItem();
        handover.To.ShouldBe(again);
        handover.Steps.Single(step => step.Kind == HandoverStepKind.Replaced).FromMs.ShouldBe(500);
        handover.TookMs.ShouldBe(750);
    }

    [Fact]
    public void One_that_ran_out_of_time_ends_with_its_refusal()
    {
        var same = Encoder("new22222");
        var scene = Live(Old).After(9).When(Ask(same)).Wait(2.5);
        var handover = HandoverWaterfall.All(Journals.Of(scene)).ShouldHaveSingleItem();
        handover.WasAdmitted.ShouldBeFalse();
        handover.TookMs.ShouldBe(2500);
        handover.Steps.Single(step => step.Kind == HandoverStepKind.Removal).ToMs.ShouldBeNull();
        handover.Steps[^1].Kind.ShouldBe(HandoverStepKind.Refused);
    }

    [Fact]
    public void One_under_way_has_no_end_yet()
    {
        var scene = Live(Old).After(9).When(Ask(New));
        HandoverWaterfall.All(Journals.Of(scene)).ShouldHaveSingleItem().TookMs.ShouldBeNull();
    }

    [Fact]
    public void A_removal_that_was_under_way_before_is_shown_from_before()
    {
        var same = Encoder("new22222");
        var scene = Live(Old).After(9).When(Ask(same)).Wait(2.5).After(1).When(Ask(Encoder("new33333"))).After(0.1).When(Gone(Old));
        var second = HandoverWaterfall.All(Journals.Of(scene))[1];
        var removal = second.Steps.Single(step => step.Kind == HandoverStepKind.Removal);
        removal.FromMs.ShouldBe(-3500);
        removal.ToMs.ShouldBe(100);
    }

    [Fact]
    public void Each_handover_has_its_own_name()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.01).When(Gone(Old)).After(9).When(Ask(Encoder("c"))).After(0.01).When(Gone(New));
        var handovers = HandoverWaterfall.All(Journals.Of(scene).Reverse());
        handovers.Count.ShouldBe(2);
        handovers.Select(one => one.Sequence).ShouldBeUnique();
        handovers[0].Start.ShouldBeLessThan(handovers[1].Start);
    }
}
