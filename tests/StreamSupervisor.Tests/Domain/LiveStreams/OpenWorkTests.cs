using StreamSupervisor.Domain.LiveStreams;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class OpenWorkTests
{
    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");

    /// <summary>SRS asks again while the first answer was on its way. A check that began before the second found nobody, and the key was given
    /// to the next one while this one went on air.</summary>
    [Fact]
    public void A_yes_that_is_given_again_begins_the_wait_for_its_client_anew()
    {
        var scene = Empty().When(Ask(New)).Wait(9);
        LiveStream.OpenWork(scene.State).ShouldHaveSingleItem().ShouldBeOfType<CheckSession>();
        var looked = scene.Now;

        scene.When(Ask(New)).Then<AnswerRepeated>(e => e.ConfirmBy.ShouldBe(scene.Now + scene.Policy.ConfirmWithin));

        LiveStream.OpenWork(scene.State).ShouldBeEmpty();
        scene.When(new ReportPublisherMissing(New.Session, looked, Verified: true, Asked: true)).ThenNothing();
        scene.Wait(9).When(new ReportPublisherMissing(New.Session, scene.Now, Verified: true, Asked: true)).Then<PublisherLost>();
        Live(New).When(Ask(New)).Then<AnswerRepeated>(e => e.ConfirmBy.ShouldBeNull("it was seen"));
    }

    [Fact]
    public void Where_nothing_is_open_the_list_is_empty_and_costs_nothing() =>
        LiveStream.OpenWork(Live(Old).State).ShouldBeSameAs(LiveStream.OpenWork(Empty().State));

    [Fact]
    public void A_removal_is_open_until_it_is_proven()
    {
        var scene = Empty().When(Ask(Old)).When(Ask(New));
        LiveStream.OpenWork(scene.State).ShouldBe([new EvictSession(Old.Session, "srs-1", Start.AddSeconds(1), Start)]);
        scene.When(new ReportEvictionStalled(Old.Session, "down"));
        LiveStream.OpenWork(scene.State).Count.ShouldBe(1);
        LiveStream.OpenWork(scene.When(Gone(Old)).State).ShouldBeEmpty();
    }

    [Fact]
    public void A_check_is_open_until_the_session_is_seen_or_lost_and_is_told_once()
    {
        var scene = Empty().When(Ask(New)).Wait(60);
        scene.History.OfType<ConfirmationOverdue>().Count().ShouldBe(1);
        LiveStream.OpenWork(scene.State).ShouldBe([new CheckSession(New.Session, "srs-1")]);
        var (wake, at) = (LiveStream.WakeAt(scene.State), scene.Now);
        wake.ShouldBeNull();
        LiveStream.OpenWork(scene.When(new ReportPublisherSeen(New, 5, at, Verified: true, Asked: true)).State).ShouldBeEmpty();
        scene.State.Session!.Confirmed.ShouldBeTrue();
    }

    [Fact]
    public void A_session_that_is_being_removed_need_not_be_checked()
    {
        var scene = Empty().When(Ask(Old)).Wait(6).When(Ask(New));
        LiveStream.OpenWork(scene.State).ShouldHaveSingleItem().ShouldBeOfType<EvictSession>();
    }

    [Fact]
    public void The_answer_to_a_check_counts_whatever_the_clock_says()
    {
        Empty().When(Ask(New)).Wait(9)
            .When(new ReportPublisherMissing(New.Session, Start.AddMinutes(-10), Verified: true, Asked: true)).Then<PublisherLost>();
        Empty().When(Ask(New)).Wait(9).When(new ReportPublisherSeen(New, 5, Start.AddMinutes(-10), Verified: true, Asked: true))
            .Then<PublisherConfirmed>();
    }

    [Fact]
    public void An_operators_search_that_comes_during_another_is_begun_when_that_one_is_over()
    {
        var scene = Empty().When(Ask(New)).When(new ReportClosed(New.Session)).When(new Release("ann", "x") { Origins = ["srs-1"] });
        LiveStream.OpenWork(scene.State).ShouldBe([new SearchForPublishers("srs-1")]);
        scene.When(new ReportSearched("srs-1", "srs-1", "run-1", 0, scene.Now));
        LiveStream.OpenWork(scene.State).ShouldBe([new SearchForPublishers("srs-1")]);
        scene.When(new ReportSearched("srs-1", "srs-1", "run-1", 0, scene.Now));
        LiveStream.OpenWork(scene.State).ShouldBeEmpty();
        scene.When(new ReportSearched("srs-1", "srs-1", "run-1", 0, scene.Now)).ThenNothing();
    }

    [Fact]
    public void Only_a_key_with_nothing_under_way_is_idle()
    {
        LiveStream.IsIdle(Empty().State).ShouldBeTrue();
        LiveStream.IsIdle(Live(Old).State).ShouldBeFalse();
        var scene = Live(Old).When(new ReportUnpublished(Old.Session));
        LiveStream.IsIdle(scene.State).ShouldBeFalse("its encoder may come back");
        LiveStream.IsIdle(scene.Wait(60).State).ShouldBeTrue();
        LiveStream.IsIdle(Empty().When(new Pin("ann", "op", "show")).State).ShouldBeFalse("retention must not forget a pin");
        LiveStream.IsIdle(Empty().When(new Reserve("ann", TimeSpan.FromSeconds(5))).State).ShouldBeFalse();
    }
}
