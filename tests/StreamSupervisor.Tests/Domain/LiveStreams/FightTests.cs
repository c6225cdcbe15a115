using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

public class FightTests
{
    [Fact]
    public void Two_sources_that_push_each_other_out_are_stopped_at_the_third_alternation_and_the_incumbent_stays()
    {
        var scene = Duel(out var third);
        scene.ThenRefused(third, RefusalReason.FightCoolDown).Then<FightDetected>(e => (e.CoolDownUntil - e.At).ShouldBe(TimeSpan.FromSeconds(60)));
        scene.State.Session.ShouldNotBeNull().By.Address.ShouldBe("10.0.0.1");
        scene.After(30).When(Ask(From(2, 9))).ThenRefused(From(2, 9), RefusalReason.FightCoolDown).ThenNo<FightDetected>();
        scene.When(Ask(From(1, 10))).ThenHeld(From(1, 10));
    }

    [Fact]
    public void Each_further_fight_doubles_the_cool_down_up_to_ten_minutes()
    {
        var scene = Duel(out _);
        foreach (var seconds in new[] { 120, 240, 480, 600, 600 })
        {
            scene.Wait((scene.State.CoolDownUntil!.Value - scene.Now).TotalSeconds);
            Fight(scene);
            scene.Then<FightDetected>(e => (e.CoolDownUntil - e.At).TotalSeconds.ShouldBe(seconds));
        }
    }

    [Fact]
    public void After_a_quiet_time_the_first_cool_down_is_short_again()
    {
        var scene = Duel(out _);
        scene.Wait(60 + 600);
        Fight(scene);
        scene.Then<FightDetected>(e => (e.CoolDownUntil - e.At).ShouldBe(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void An_encoder_that_flaps_fights_nobody_and_is_reported()
    {
        var scene = Live(From(1, 0));
        for (var i = 1; i < 5; i++)
        {
            scene.After(2).When(Ask(From(1, i))).When(Gone(From(1, i - 1))).ThenAdmitted(From(1, i));
        }

        scene.History.OfType<FightDetected>().ShouldBeEmpty();
        scene.History.OfType<FlappingSeen>().Single().Publishes.ShouldBe(5);
    }

    [Fact]
    public void Taking_over_from_a_silent_session_is_no_fight()
    {
        var scene = Live(From(1, 0));
        for (var i = 1; i < 6; i++)
        {
            var (old, @new) = (From(1 + ((i - 1) % 2), i - 1), From(1 + (i % 2), i));
            scene.After(8).When(new ReportSilent(old.Session, scene.Now.AddSeconds(-6), scene.State.Generation)).When(Ask(@new)).When(Gone(old)).ThenAdmitted(@new);
        }
    }

    [Fact]
    public void Alternations_that_are_far_apart_are_no_fight()
    {
        var scene = Live(From(1, 0));
        for (var i = 1; i < 6; i++)
        {
            var (old, @new) = (From(1 + ((i - 1) % 2), i - 1), From(1 + (i % 2), i));
            scene.After(61).When(Ask(@new)).When(Gone(old)).ThenAdmitted(@new);
        }
    }

    /// <summary>1 is live, 2 takes it, 1 takes it back, 2 asks a third time.</summary>
    private static Scene Duel(out Publisher third)
    {
        var scene = Live(From(1, 0));
        scene.After(2).When(Ask(From(2, 1))).When(Gone(From(1, 0)));
        scene.After(2).When(Ask(From(1, 2))).When(Gone(From(2, 1)));
        third = From(2, 3);
        return scene.After(2).When(Ask(third));
    }

    private static void Fight(Scene scene)
    {
        var incumbent = scene.State.Session!.By;
        while (true)
        {
            var next = From(incumbent.Address == "10.0.0.1" ? 2 : 1, scene.History.Count);
            scene.After(1).When(Ask(next));
            if (scene.State.Handover is null)
            {
                return;
            }

            scene.When(Gone(incumbent)).ThenAdmitted(next);
            incumbent = next;
        }
    }

    private static Publisher From(int source, int attempt) => Encoder($"{source}-{attempt}", address: $"10.0.0.{source}");
}
