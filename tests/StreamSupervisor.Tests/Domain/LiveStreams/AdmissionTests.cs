using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class AdmissionTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");
    private static readonly Publisher Stranger = Encoder("stranger", address: "10.0.0.9", identity: "10.0.0.9");

    private static readonly StreamPolicy SameIdentity = StreamPolicy.Default with { Takeover = TakeoverPolicy.SameIdentity };
    private static readonly StreamPolicy FirstWins = StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins };

    [Fact]
    public void An_admitted_attempt_that_was_ordered_away_since_hears_no_in_its_next_hook()
    {
        var scene = Empty().When(Ask(Old, AskedIn.OnConnect)).When(Ask(New)).ThenHeld(New).When(Ask(Old, AskedIn.OnPublish)).Then(typeof(AnswerRepeated));
        scene.Reply.ShouldBeOfType<Refused>().Reason.ShouldBe(RefusalReason.Superseded);
    }

    [Fact]
    public void Only_a_session_that_was_not_seen_yet_may_be_missing_in_the_list_and_alive()
    {
        Empty().When(Ask(Old, AskedIn.OnConnect)).When(Ask(New)).Then<EvictionOrdered>(e => e.UnlistedUntil.ShouldBe(Start.AddSeconds(1)));
        Empty().When(Ask(Old, AskedIn.OnConnect)).After(9).When(Ask(New)).Then<EvictionOrdered>(e => e.UnlistedUntil.ShouldBeNull());
        Empty().When(Ask(Old)).Wait(9).When(Ask(Old)).When(Ask(New))
            .Then<EvictionOrdered>(e => e.UnlistedUntil.ShouldBe(e.At.AddSeconds(1), "its first answer may have been lost"));
        Live(Old).When(Ask(New)).Then<EvictionOrdered>(e => e.UnlistedUntil.ShouldBeNull());
    }

    [Fact]
    public void The_first_publisher_of_a_free_key_is_admitted_at_once() =>
        Empty().When(Ask(New)).ThenAdmitted(New, AdmissionRule.KeyFree).ThenIs(LiveStreamPhase.Live).State.Generation.ShouldBe(1);

    [Fact]
    public void The_encoder_that_comes_back_is_held_until_its_old_session_is_proven_gone()
    {
        var scene = Live(Old).When(Ask(New)).ThenHeld(New).Then(typeof(HandoverStarted), typeof(EvictionOrdered))
            .Then<EvictionOrdered>(e => e.Of.ShouldBe(Old)).ThenIs(LiveStreamPhase.Handover);
        scene.When(Gone(Old)).Then(typeof(EvictionFinished), typeof(PublisherLost), typeof(Admitted))
            .ThenAdmitted(New, AdmissionRule.HandoverDone).Then<Admitted>(e => e.SameBroadcast.ShouldBeTrue());
        scene.State.Generation.ShouldBe(2);
    }

    [Fact]
    public void The_close_of_the_old_session_is_proof_and_its_unpublish_is_not_and_costs_no_write() =>
        Live(Old).When(Ask(New)).When(new ReportUnpublished(Old.Session)).ThenNothing().ThenHeld(New)
            .When(new ReportClosed(Old.Session)).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.Evicted)).ThenAdmitted(New);

    [Fact]
    public void A_publisher_seen_inactive_is_no_proof() =>
        Live(Old).When(Ask(New)).When(new ReportPublisherMissing(Old.Session, Start.AddSeconds(5), Verified: false)).ThenNothing().ThenHeld(New);

    [Fact]
    public void A_repeated_hook_of_the_incumbent_hears_the_same_yes() =>
        Live(Old).When(Ask(Old)).Then(typeof(AnswerRepeated)).Reply.ShouldBe(new Allowed(1));

    [Fact]
    public void A_repeated_hook_of_the_held_attempt_waits_with_the_first() =>
        Live(Old).When(Ask(New)).When(Ask(New, AskedIn.OnConnect)).ThenNothing().ThenHeld(New);

    [Fact]
    public void A_repeated_hook_of_a_refused_attempt_hears_the_same_no()
    {
        var scene = Live(Old, FirstWins).When(Ask(New)).ThenRefused(New, RefusalReason.IncumbentAlive);
        scene.When(new ReportClosed(Old.Session)).When(Ask(New)).Then(typeof(AnswerRepeated));
        scene.Reply.ShouldBeOfType<Refused>().Reason.ShouldBe(RefusalReason.IncumbentAlive);
    }

    [Fact]
    public void A_repeated_hook_hears_its_yes_even_after_a_lock() =>
        Live(Old).When(new Lock("ann", "maintenance")).When(Ask(Old)).Then(typeof(AnswerRepeated)).Reply.ShouldBe(new Allowed(1));

    [Fact]
    public void A_late_hook_of_an_evicted_session_hears_that_it_was_superseded() =>
        Live(Old).When(Ask(New)).When(Gone(Old)).When(Ask(Old)).Then(typeof(AnswerRepeated))
            .Reply.ShouldBeOfType<Refused>().Reason.ShouldBe(RefusalReason.Superseded);

    [Fact]
    public void A_locked_key_refuses_for_good_until_it_is_unlocked() =>
        Empty().When(new Lock("ann", "rehearsal")).When(Ask(New)).ThenRefused(New, RefusalReason.Locked)
            .When(new Unlock("ann", "done")).When(Ask(Old)).ThenAdmitted(Old);

    [Fact]
    public void A_pinned_key_is_for_its_identity_alone()
    {
        var ann = Encoder("a", identity: "ann", proven: true);
        Empty().When(new Pin("ann", "op", "show")).When(Ask(Stranger)).ThenRefused(Stranger, RefusalReason.PinnedToAnother)
            .When(Ask(ann)).ThenAdmitted(ann);
    }

    [Fact]
    public void A_newer_attempt_of_the_same_identity_takes_the_place_of_the_held_one_and_nothing_is_evicted_twice()
    {
        var newest = Encoder("newest");
        var scene = Live(Old).When(Ask(New)).When(Ask(newest)).ThenRefused(New, RefusalReason.Superseded).ThenNo<EvictionOrdered>().ThenHeld(newest);
        scene.When(Gone(Old)).ThenAdmitted(newest);
        scene.History.OfType<EvictionOrdered>().Count().ShouldBe(1);
    }

    [Fact]
    public void Twenty_at_once_leave_one_and_the_others_hear_why()
    {
        var scene = Live(Old);
        var crowd = Enumerable.Range(0, 20).Select(i => Encoder($"c{i}")).ToList();
        crowd.ForEach(encoder => scene.When(Ask(encoder)));
        scene.When(Gone(Old)).ThenAdmitted(crowd[^1]);
        scene.History.OfType<AttemptRefused>().Select(e => e.By).ShouldBe(crowd.SkipLast(1));
    }

    [Fact]
    public void First_wins_keeps_a_publisher_that_is_alive_and_replaces_a_silent_one()
    {
        Live(Old, FirstWins).When(Ask(New)).ThenRefused(New, RefusalReason.IncumbentAlive);
        Live(Old, FirstWins).After(10).When(new ReportSilent(Old.Session, Start.AddSeconds(4), Generation: 1)).When(Ask(New)).ThenHeld(New)
            .When(Gone(Old)).ThenAdmitted(New);
    }

    [Fact]
    public void Same_identity_lets_its_own_take_over_and_challenges_others()
    {
        Live(Old, SameIdentity).When(Ask(New)).ThenHeld(New);
        Live(Old, SameIdentity).When(Ask(Stranger)).ThenRefused(Stranger, RefusalReason.IncumbentAlive);
        Live(Old, SameIdentity).When(Ask(New)).When(Ask(Stranger)).ThenRefused(Stranger, RefusalReason.HandoverRunning);
    }

    [Fact]
    public void Which_of_two_processes_of_a_node_is_over_is_not_told_by_a_hook_that_may_be_late()
    {
        var late = Encoder("late", service: "run-0");
        Live(Old).When(Ask(late, confirmed: false)).ThenNothing().Reply.ShouldBe(new ProcessInDoubt("run-1"));
        Live(Old).When(Ask(New)).When(Ask(late, confirmed: false)).ThenNothing();
        Live(Old).When(Ask(Encoder("elsewhere", origin: "srs-2"), confirmed: false)).Then<HandoverStarted>();
        Empty().When(Ask(late, confirmed: false)).ThenAdmitted(late);
    }

    [Fact]
    public void What_a_node_said_before_it_was_started_anew_ends_nothing_of_its_new_process()
    {
        var late = Ask(Encoder("late", service: "run-0"));
        Live(Old).When(late with { Settles = "run-9" }).ThenNothing().Reply.ShouldBe(new ProcessInDoubt("run-1"));
        Live(Old).When(late with { Settles = "run-1" }).ThenAdmitted(late.By);
        Live(Old).When(Ask(Encoder("late", "srs-2", service: "run-0")) with { ProcessSuperseded = true, Settles = "run-1" })
            .ThenNothing().Reply.ShouldBe(new ProcessInDoubt(""));
    }

    [Fact]
    public void An_incumbent_of_an_earlier_process_is_in_nobodys_way()
    {
        var restarted = Encoder("new", service: "run-2");
        Live(Old).When(Ask(restarted)).ThenAdmitted(restarted, AdmissionRule.KeyFree).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.ProcessGone))
            .ThenNo<EvictionOrdered>();
    }

    [Fact]
    public void A_reservation_keeps_the_free_key_for_its_encoder()
    {
        var ann = Encoder("a", identity: "ann", proven: true);
        var scene = Empty().When(new Reserve("ann", TimeSpan.FromSeconds(20))).After(5).When(Ask(Stranger)).ThenRefused(Stranger, RefusalReason.Reserved)
            .Then<AttemptRefused>(e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(15)));
        scene.When(Ask(ann)).ThenAdmitted(ann).Then<ReservationEnded>();
        Empty().When(new Reserve("ann", TimeSpan.FromSeconds(20))).Wait(21).When(Ask(Stranger)).ThenAdmitted(Stranger);
    }

    [Fact]
    public void When_the_hold_ends_the_attempt_is_refused_for_now_and_the_eviction_goes_on_so_that_the_next_try_succeeds()
    {
        var again = Encoder("again");
        var scene = Live(Old).When(Ask(New)).Wait(2.5).ThenRefused(New, RefusalReason.HoldExhausted).ThenIs(LiveStreamPhase.Live);
        scene.State.Evictions.Count.ShouldBe(1);
        scene.When(Gone(Old)).ThenIs(LiveStreamPhase.Interrupted).When(Ask(again)).ThenAdmitted(again);
    }

    [Fact]
    public void A_dead_node_does_not_keep_the_key_from_an_encoder_on_another()
    {
        var there = Encoder("old", origin: "srs-1");
        var here = Encoder("new", origin: "srs-2");
        var scene = Live(there).When(Ask(here)).When(new ReportEvictionStalled(there.Session, "connection refused")).ThenHeld(here)
            .Wait(2.5).ThenAdmitted(here, AdmissionRule.OldNodeUnreachable);
        scene.State.Evictions.Count.ShouldBe(1, "the old session is evicted as soon as its node is back");
        scene.When(Gone(there)).Then(typeof(EvictionFinished));
        scene.State.Session.ShouldNotBeNull().By.ShouldBe(here);
    }

    [Fact]
    public void A_slow_node_that_answers_is_waited_for()
    {
        var there = Encoder("old", origin: "srs-1");
        var here = Encoder("new", origin: "srs-2");
        Live(there).When(Ask(here)).Wait(2.5).ThenRefused(here, RefusalReason.HoldExhausted);
    }

    [Fact]
    public void The_first_publish_on_another_node_is_held_only_as_long_as_its_version_bears()
    {
        var here = Encoder("new", origin: "srs-2");
        var hold = new HoldLimits(TimeSpan.FromSeconds(2.5), TimeSpan.FromMilliseconds(100));
        Live(Old).When(Ask(here, hold: hold)).Then<HandoverStarted>(e => (e.HoldUntil - e.At).ShouldBe(TimeSpan.FromMilliseconds(100)));
        Live(Old).When(Ask(New, hold: hold)).Then<HandoverStarted>(e => (e.HoldUntil - e.At).ShouldBe(TimeSpan.FromSeconds(2.5)));
    }

    [Fact]
    public void An_encoder_that_leaves_while_it_is_held_is_withdrawn_and_the_next_one_gets_in()
    {
        var next = Encoder("next");
        Live(Old).When(Ask(New)).When(new ReportClosed(New.Session)).ThenRefused(New, RefusalReason.Withdrawn)
            .When(Ask(next)).ThenHeld(next).ThenNo<EvictionOrdered>().When(Gone(Old)).ThenAdmitted(next);
    }

    [Fact]
    public void A_challenger_waits_for_an_eviction_that_runs_already()
    {
        var scene = Live(Old).When(new Kick("ann", "test")).When(Ask(New)).ThenHeld(New).ThenNo<EvictionOrdered>();
        scene.When(Gone(Old)).ThenAdmitted(New);
    }

    [Fact]
    public void Observe_mode_decides_records_lets_everybody_in_and_kicks_nobody()
    {
        var scene = Live(Old, StreamPolicy.Default with { Mode = AdmissionMode.Observe });
        scene.When(Ask(New)).Then<DecisionObserved>(e => e.Verdict.ShouldBe("handover")).ThenNo<EvictionOrdered>();
        scene.Reply.ShouldBeOfType<Allowed>();
        scene.When(new Lock("ann", "x")).When(Ask(Stranger)).Then<DecisionObserved>(e => e.Reason.ShouldBe(RefusalReason.Locked));
        scene.Reply.ShouldBeOfType<Allowed>();
        scene.After(10).When(new ReportSilent(Old.Session, Start.AddSeconds(4), Generation: 1)).ThenNo<EvictionOrdered>();
        scene.After(1).When(new ReportPublisherSeen(New, 1, scene.Now, Verified: true)).Then<SessionAdopted>();
    }
}
