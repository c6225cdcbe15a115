using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class SessionTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");

    [Fact]
    public void A_late_unpublish_of_a_replaced_session_changes_nothing()
    {
        var scene = Live(Old).When(Ask(New)).When(Gone(Old));
        var before = scene.State;
        scene.When(new ReportUnpublished(Old.Session)).Then(typeof(LateHookIgnored));
        scene.When(new ReportClosed(Old.Session)).Then(typeof(LateHookIgnored));
        scene.State.ShouldBe(before);
    }

    [Fact]
    public void While_nobody_is_admitted_a_client_that_waits_in_its_hook_is_not_taken_for_one_that_is_on_air()
    {
        var held = new StoreStanding(1_000_000, HoldsAdmissions: true);
        var listed = new ReportPublisherSeen(New, 5, Start, Verified: true) { Store = held };
        Empty().When(listed with { WaitsInHook = true }).ThenNothing();
        Empty().When(listed).Then<SessionAdopted>();
        Empty().When(listed with { WaitsInHook = true, Store = default }).Then<SessionAdopted>();
    }

    [Fact]
    public void A_publisher_for_nobody_is_evicted_if_it_owns_the_key_and_nobody_takes_it_over()
    {
        Live(Old).When(new ReportOrphaned(Old.Session)).Then<EvictionOrdered>(e => (e.Of, e.Cause).ShouldBe((Old, EvictionCause.Orphaned)));
        Live(Old).When(new ReportOrphaned(New.Session)).ThenNothing();
        Live(Old).When(new ReportOrphaned(Old.Session with { ServerId = "other" })).ThenNothing();
        Live(Old).When(Ask(New)).When(new ReportOrphaned(Old.Session)).ThenNothing();
        Live(Old, StreamPolicy.Default with { Mode = AdmissionMode.Observe }).When(new ReportOrphaned(Old.Session)).ThenNothing();
    }

    [Fact]
    public void The_close_after_an_unpublish_is_no_news() =>
        Live(Old).When(new ReportUnpublished(Old.Session)).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.Unpublished))
            .When(new ReportClosed(Old.Session)).ThenNothing();

    [Fact]
    public void One_connection_that_unpublishes_and_publishes_again_is_two_sessions_of_one_client_id()
    {
        var scene = Live(Old).When(new ReportUnpublished(Old.Session)).After(1).When(Ask(Old)).ThenAdmitted(Old);
        scene.State.Generation.ShouldBe(2);
    }

    [Fact]
    public void A_session_that_ends_is_interrupted_until_its_window_is_over() =>
        Live(Old).When(new ReportUnpublished(Old.Session)).ThenIs(LiveStreamPhase.Interrupted)
            .Wait(59).ThenIs(LiveStreamPhase.Interrupted).Wait(1).ThenIs(LiveStreamPhase.Idle);

    [Fact]
    public void A_return_inside_the_window_is_the_same_broadcast_and_after_it_a_new_one()
    {
        Live(Old).When(new ReportUnpublished(Old.Session)).Wait(30).When(Ask(New)).Then<Admitted>(e => e.SameBroadcast.ShouldBeTrue());
        Live(Old).When(new ReportUnpublished(Old.Session)).Wait(61).When(Ask(New)).Then<Admitted>(e => e.SameBroadcast.ShouldBeFalse());
    }

    [Fact]
    public void After_the_end_of_the_broadcast_was_said_there_is_no_window()
    {
        var ann = Encoder("a", identity: "ann", proven: true);
        Live(ann).When(new CancelReservation("ann", EndOfBroadcast: true)).When(new ReportUnpublished(ann.Session)).ThenIs(LiveStreamPhase.Idle);
        Live(ann).When(new ReportUnpublished(ann.Session)).When(new CancelReservation("ann", EndOfBroadcast: true)).ThenIs(LiveStreamPhase.Idle);
        Live(ann).When(new CancelReservation("bob", EndOfBroadcast: true)).Reply.ShouldBe(new Done(false, "No such reservation."));
    }

    [Fact]
    public void An_admission_that_does_not_show_up_is_looked_for_at_its_node_and_lost_when_it_is_not_there()
    {
        var scene = Empty().When(Ask(New)).Wait(8).Then<ConfirmationOverdue>();
        LiveStream.OpenWork(scene.State).ShouldBe([new CheckSession(New.Session, "srs-1")]);
        LiveStream.WakeAt(scene.State).ShouldBeNull("the check goes on by itself");
        scene.When(new ReportPublisherMissing(New.Session, scene.Now, Verified: true))
            .Then<PublisherLost>(e => e.NeverActive.ShouldBeTrue()).Then<SearchOrdered>();
    }

    [Fact]
    public void A_look_that_finds_the_admitted_client_too_early_not_listed_says_nothing() =>
        Empty().When(Ask(New)).After(1).When(new ReportPublisherMissing(New.Session, Start.AddSeconds(1), Verified: true)).ThenNothing();

    [Fact]
    public void A_key_that_is_admitted_twice_and_never_active_with_nothing_to_remove_is_wedged_until_the_node_restarts()
    {
        var second = Encoder("second");
        var third = Encoder("third");
        var after = Encoder("after", service: "run-2");
        var scene = Empty().When(Ask(New)).When(new ReportClosed(New.Session)).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.BusySeen));
        scene.When(new ReportSearched("srs-1", "srs-1", "run-1", 0, scene.Now)).Then(typeof(SearchFinished));
        scene.When(Ask(second)).When(new ReportClosed(second.Session)).When(new ReportSearched("srs-1", "srs-1", "run-1", 0, scene.Now)).Then<KeyWedged>();
        scene.When(Ask(third)).ThenRefused(third, RefusalReason.Wedged);
        scene.When(Ask(Encoder("elsewhere", origin: "srs-2"))).Then<Admitted>();
        scene.When(Ask(after)).Then<WedgeCleared>();
    }

    [Fact]
    public void Sessions_that_published_for_a_moment_and_whose_unpublish_is_lost_or_late_do_not_wedge_the_key()
    {
        var scene = Empty();
        foreach (var name in new[] { "first", "second", "third" })
        {
            var shortLived = Encoder(name);
            scene = scene.When(Ask(shortLived)).After(0.3).When(new ReportClosed(shortLived.Session))
                .Then<PublisherLost>(e => (e.Cause, e.NeverActive).ShouldBe((LossCause.Closed, false))).ThenNo<SearchOrdered>()
                .When(new ReportUnpublished(shortLived.Session));
        }

        scene.When(Ask(New)).ThenAdmitted(New);
    }

    [Fact]
    public void After_a_while_one_attempt_probes_a_wedged_key_and_a_publisher_that_is_seen_ends_the_wedge()
    {
        var probe = Encoder("probe");
        var scene = Wedged().After(11).When(Ask(probe)).ThenAdmitted(probe);
        scene.After(1).When(new ReportPublisherSeen(probe, 10, scene.Now, Verified: false)).Then(typeof(PublisherConfirmed), typeof(WedgeCleared));
    }

    [Fact]
    public void A_probe_that_never_becomes_active_renews_the_wedge_at_once()
    {
        var probe = Encoder("probe");
        var scene = Wedged().After(11).When(Ask(probe)).When(new ReportClosed(probe.Session));
        scene.When(new ReportSearched("srs-1", "srs-1", "run-1", 0, scene.Now)).Then<KeyWedged>();
        scene.When(Ask(Encoder("next"))).Then<AttemptRefused>(e => e.Reason.ShouldBe(RefusalReason.Wedged));
        scene.State.Wedges.Count.ShouldBe(1);
    }

    [Fact]
    public void A_session_that_is_left_behind_on_a_node_out_of_reach_ends_before_its_successor_begins()
    {
        var other = Encoder("other", origin: "srs-2");
        var scene = Live(Old).When(Ask(other)).When(new ReportEvictionStalled(Old.Session, "down")).Wait(3);
        var order = scene.History.Select(e => e.GetType()).ToList();
        order.IndexOf(typeof(PublisherLost)).ShouldBe(order.LastIndexOf(typeof(Admitted)) - 1);
        scene.State.Evictions.Count.ShouldBe(1);
    }

    private static Scene Wedged()
    {
        var (first, second) = (Encoder("first"), Encoder("second"));
        var scene = Empty().When(Ask(first)).When(new ReportClosed(first.Session)).When(new ReportSearched("srs-1", "srs-1", "run-1", 0, Start));
        return scene.When(Ask(second)).When(new ReportClosed(second.Session)).When(new ReportSearched("srs-1", "srs-1", "run-1", 0, Start)).Then<KeyWedged>();
    }

    [Fact]
    public void A_key_whose_blocker_is_found_is_not_wedged_and_the_next_try_takes_it_over()
    {
        var blocker = Encoder("blocker");
        var scene = Empty().When(Ask(New)).When(new ReportClosed(New.Session)).After(1)
            .When(new ReportPublisherSeen(blocker, 10, Start.AddSeconds(1), Verified: true)).Then<SessionAdopted>()
            .When(new ReportSearched("srs-1", "srs-1", "run-1", 1, Start.AddSeconds(1))).ThenNo<KeyWedged>();
        var again = Encoder("again");
        scene.When(Ask(again)).ThenHeld(again).Then<EvictionOrdered>(e => e.Of.ShouldBe(blocker));
    }

    [Fact]
    public void A_publisher_that_nobody_admitted_is_adopted_when_the_client_itself_was_seen()
    {
        Empty().After(9).When(new ReportPublisherSeen(Old, 10, Start.AddSeconds(9), Verified: false)).ThenNothing();
        Empty().After(9).When(new ReportPublisherSeen(Old, 10, Start.AddSeconds(9), Verified: true)).Then<SessionAdopted>(e => e.Generation.ShouldBe(1));
    }

    [Fact]
    public void Of_two_active_publishers_the_one_that_was_admitted_stays()
    {
        var orphan = Encoder("orphan");
        Live(Old).After(5).When(new ReportPublisherSeen(orphan, 10, Start.AddSeconds(6), Verified: true))
            .Then<EvictionOrdered>(e => (e.Of, e.Cause).ShouldBe((orphan, EvictionCause.Doubled)));
    }

    [Fact]
    public void A_challenger_that_waits_is_listed_as_publishing_and_never_taken_for_a_second_publisher() =>
        Live(Old).When(Ask(New)).After(1).When(new ReportPublisherSeen(New, 0, Start.AddSeconds(2), Verified: true)).ThenNothing();

    [Fact]
    public void A_look_that_began_before_the_change_of_hands_says_nothing()
    {
        var scene = Live(Old).After(1).When(Ask(New)).When(Gone(Old));
        scene.When(new ReportPublisherSeen(Old, 10, Start.AddSeconds(1), Verified: true)).ThenNothing();
    }

    [Fact]
    public void A_silent_publisher_is_evicted_before_its_encoder_comes_back() =>
        Live(Old).After(10).When(new ReportSilent(Old.Session, Start.AddSeconds(4), Generation: 1)).Then(typeof(PublisherSilent), typeof(EvictionOrdered))
            .When(new ReportSilent(Old.Session, Start.AddSeconds(4), Generation: 1)).ThenNothing()
            .When(Gone(Old)).ThenIs(LiveStreamPhase.Interrupted).When(Ask(New)).ThenAdmitted(New, AdmissionRule.KeyFree);

    [Fact]
    public void A_silence_from_before_the_session_is_not_its_own() =>
        Live(Old).When(new ReportSilent(Old.Session, Start.AddSeconds(4), Generation: 0)).ThenNothing();

    [Fact]
    public void A_new_process_ends_what_the_old_one_held_and_lets_a_waiting_challenger_in()
    {
        Live(Old).When(new ReportProcessReplaced("srs-1", "run-2")).Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.ProcessGone))
            .ThenIs(LiveStreamPhase.Interrupted);
        var here = Encoder("new", origin: "srs-2");
        Live(Old).When(Ask(here)).When(new ReportProcessReplaced("srs-1", "run-2")).ThenAdmitted(here);
        Live(Old).When(Ask(New)).When(new ReportProcessReplaced("srs-1", "run-2")).ThenRefused(New, RefusalReason.Withdrawn).ThenNo<Admitted>();
    }

    [Fact]
    public void A_late_word_of_the_process_before_ends_nothing_of_the_newest() => Live(Old)
        .When(new ReportProcessReplaced("srs-1", "run-0", Over: "run-before")).ThenNothing().ThenIs(LiveStreamPhase.Live)
        .When(new ReportProcessReplaced("srs-1", "run-2", Over: Old.Session.ServiceId))
        .Then<PublisherLost>(e => e.Cause.ShouldBe(LossCause.ProcessGone));

    [Fact]
    public void An_attempt_that_srs_refused_unseen_clears_the_way_for_its_next_try()
    {
        Live(Old).When(new ReportRefusedUnseen(New)).Then<EvictionOrdered>(e => (e.Of, e.Cause).ShouldBe((Old, EvictionCause.RefusedUnseen)));
        Live(Old, StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins }).When(new ReportRefusedUnseen(New)).ThenNothing();
        Live(Old).When(new ReportRefusedUnseen(Encoder("other", origin: "srs-2"))).ThenNothing();
        Live(Old).When(new Lock("a", "b")).When(new ReportRefusedUnseen(New)).ThenNothing();
    }

    [Fact]
    public void A_viewer_that_resets_its_connection_never_ends_a_sending_stream()
    {
        var viewer = Encoder("viewer", address: "10.0.0.7");
        Live(Old).When(new ReportRefusedUnseen(viewer)).ThenNothing();
        Live(Old).When(new ReportRefusedUnseen(viewer, IncumbentSilent: true)).Then<EvictionOrdered>(e => e.Of.ShouldBe(Old)).ThenNo<TakeoverContested>();
        Live(Old with { Address = "" }).When(new ReportRefusedUnseen(viewer with { Address = "" })).ThenNothing();
    }

    [Fact]
    public void A_silent_publisher_gives_way_to_what_srs_refused_unseen_under_every_policy()
    {
        var firstWins = StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins };
        Live(Old, firstWins).When(new ReportRefusedUnseen(New, IncumbentSilent: true)).Then<EvictionOrdered>();
        Live(Old).When(new Reserve("ann", TimeSpan.FromSeconds(20))).When(new ReportRefusedUnseen(New, IncumbentSilent: true)).ThenNothing();
    }

    [Fact]
    public void A_copy_that_keeps_its_origin_busy_gives_way_as_well()
    {
        var copy = Encoder("copy", origin: "srs-2", address: "10.1.0.1");
        var scene = Live(Old).When(Ask(copy, relayOf: "srs-1"));
        scene.When(new ReportRefusedUnseen(Encoder("moved", origin: "srs-2"))).ThenNothing();
        scene.When(new ReportRefusedUnseen(Encoder("moved", origin: "srs-2"), IncumbentSilent: true)).Then<EvictionOrdered>(e => e.Of.Session.ShouldBe(copy.Session));
    }

    [Fact]
    public void Nothing_is_kicked_twice_for_one_reason() =>
        Live(Old).When(new Kick("ann", "test")).When(new ReportRefusedUnseen(New)).ThenNothing()
            .When(new ReportSilent(Old.Session, Start.AddSeconds(1), Generation: 1)).ThenNo<EvictionOrdered>();
}
