using StreamSupervisor.Domain.LiveStreams;
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
        Live(Old).When(new ReportSilent(Old.Session, Start.AddSeconds(9), Generation: 0)).ThenNothing();
        scene = Live(Old).After(Back);
        scene.When(new ReportSilent(Old.Session, scene.Now)).Then<EvictionOrdered>();
    }

    [Fact]
    public void Deadlines_come()
    {
        Live(Old).When(Ask(New)).After(Back).When(Wake.Instance).ThenRefused(New, RefusalReason.HoldExhausted);
        Empty().When(Ask(New)).After(Back).When(Wake.Instance).Then<ConfirmationOverdue>();
        Live(Old).When(new ReportUnpublished(Old.Session)).After(Back).When(Wake.Instance).Then<BroadcastEnded>();
        Empty().When(new Reserve("ann", TimeSpan.FromSeconds(20))).After(Back).When(Wake.Instance).Then<ReservationEnded>();
    }

    [Fact]
    public void Looks_count()
    {
        var scene = Empty().When(Ask(New)).After(Back);
        scene.When(new ReportPublisherSeen(New, 5, scene.Now, Verified: false)).Then<PublisherConfirmed>();
        scene.When(new ReportPublisherMissing(New.Session, scene.Now, Verified: true)).Then<PublisherLost>();
    }

    [Fact]
    public void Looks_of_a_member_whose_clock_is_behind_count_and_old_looks_do_not()
    {
        var scene = Empty().When(Ask(New)).After(1);
        scene.When(new ReportPublisherSeen(New, 5, Start.AddSeconds(-1), Verified: false)).ThenNothing();
        scene.When(new ReportPublisherSeen(New, 5, Start.AddMinutes(-10), Verified: false)).Then<PublisherConfirmed>();
        scene.When(new ReportPublisherMissing(New.Session, Start.AddMinutes(-10), Verified: true)).Then<PublisherLost>();
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
