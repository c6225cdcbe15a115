using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>The clock was ten minutes ahead and is set right: what was written with it must not last for those ten minutes.</summary>
public class ClockTests
{
    private const double Back = -600;

    private static readonly Publisher Old = Encoder("old");
    private static readonly Publisher New = Encoder("new");

    [Fact]
    public void A_silent_publisher_is_evicted()
    {
        var scene = Live(Old).After(Back);
        scene.When(new ReportSilent(Old.Session, scene.Now, Generation: 1)).Then<EvictionOrdered>();
        Live(Old).When(new ReportSilent(Old.Session, Start.AddMinutes(-10), Generation: 1)).Then<EvictionOrdered>();
        Live(Old).When(new ReportSilent(Old.Session, Start.AddMinutes(10), Generation: 0)).ThenNothing();
    }

    [Fact]
    public void Deadlines_come()
    {
        Live(Old).When(Ask(New)).After(Back).When(Wake.Instance).ThenRefused(New, RefusalReason.HoldExhausted);
        Empty().When(Ask(New)).After(Back).When(Wake.Instance).Then<ConfirmationOverdue>();
        Live(Old).When(new ReportUnpublished(Old.Session)).After(Back).When(Wake.Instance).Then<BroadcastEnded>();
        Empty().When(new Reserve("ann", TimeSpan.FromSeconds(20))).After(Back).When(Wake.Instance).Then<ReservationEnded>();
    }

    [Theory]
    [InlineData(-600)]
    [InlineData(0)]
    [InlineData(600)]
    public void A_look_counts_if_it_knew_the_last_change_whatever_its_clock_says(double offset)
    {
        var scene = Empty().When(Ask(New)).After(1);
        var (at, known) = (scene.Now.AddSeconds(offset), new KnownAtLook(scene.State.Revision));

        scene.When(new ReportPublisherSeen(New, 5, at, Verified: false, Known: known)).Then<PublisherConfirmed>();
        scene.When(new ReportPublisherMissing(New.Session, at, Verified: true, Known: known)).Then<PublisherLost>();
    }

    [Theory]
    [InlineData(-600)]
    [InlineData(600)]
    public void An_old_look_neither_ends_a_fresh_session_nor_brings_its_predecessor_back(double offset)
    {
        var scene = Live(Old);
        var old = new KnownAtLook(scene.State.Revision, TimeSpan.FromHours(1));
        scene.When(Ask(New)).When(Gone(Old)).ThenAdmitted(New).After(1);
        var at = scene.Now.AddSeconds(offset);

        scene.When(new ReportPublisherMissing(New.Session, at, Verified: true, Known: old)).ThenNothing();
        scene.When(new ReportPublisherSeen(Old, 9, at, Verified: true, Known: old)).ThenNothing();
        LiveStream.IsOutdated(scene.State, new ReportPublisherSeen(Old, 9, at, Verified: true, Known: old)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(-600)]
    [InlineData(600)]
    public void An_admitted_client_may_be_unlisted_for_as_long_as_the_looker_has_known_of_it(double offset)
    {
        var scene = Empty().When(Ask(New)).After(9);
        var (at, revision) = (scene.Now.AddSeconds(offset), scene.State.Revision);
        var soon = new KnownAtLook(revision, TimeSpan.FromSeconds(1));

        scene.When(new ReportPublisherMissing(New.Session, at, Verified: true, Known: soon)).ThenNothing();
        scene.When(new ReportPublisherMissing(New.Session, at, Verified: true, Known: soon with { For = scene.Policy.ConfirmWithin }))
            .Then<PublisherLost>();
    }

    [Fact]
    public void Takeovers_of_a_clock_that_was_ahead_make_no_fight()
    {
        Fighting().When(Ask(Encoder("third", address: "10.0.0.2"))).Then<FightDetected>();
        Fighting().After(Back).When(Ask(Encoder("third", address: "10.0.0.2"))).ThenNo<FightDetected>().Then<HandoverStarted>();

        static Scene Fighting()
        {
            var (first, second) = (Encoder("first", address: "10.0.0.2"), Encoder("second"));
            return Live(Old).After(1).When(Ask(first)).When(Gone(Old)).After(1).When(Ask(second)).When(Gone(first)).ThenAdmitted(second)
                .After(1);
        }
    }

    [Fact]
    public void Nobody_is_kept_out_for_longer_than_the_rule_says()
    {
        var other = Encoder("other", address: "10.0.0.2");
        var scene = Live(Old);
        for (var i = 0; scene.State.CoolDownUntil is null; i++)
        {
            var next = i % 2 == 0 ? other : Old;
            next = next with { Session = next.Session with { ClientId = $"c{i}" } };
            var incumbent = scene.State.Session!.By;
            scene.After(1).When(Ask(next)).When(Gone(incumbent));
        }

        scene.When(Ask(Encoder("late", address: scene.State.Session!.By.Address == "10.0.0.1" ? "10.0.0.2" : "10.0.0.1")))
            .Then<AttemptRefused>();
        scene.After(Back)
            .When(Ask(Encoder("later", address: scene.State.Session!.By.Address == "10.0.0.1" ? "10.0.0.2" : "10.0.0.1")))
            .Then<HandoverStarted>();
    }
}
