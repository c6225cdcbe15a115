using StreamSupervisor.Server.Webhooks;

namespace StreamSupervisor.Tests.Webhooks;

/// <summary>How long a receiver that fails is left alone.</summary>
public sealed class WebhookPaceTests
{
    private static readonly WebhookPace Pace = new();

    [Fact]
    public void The_pause_doubles_up_to_an_hour_and_then_the_receiver_is_parked()
    {
        var pauses = Enumerable.Range(1, 20).Select(failures => Pace.PauseAfter(failures, chance: 1)).TakeWhile(pause => pause is not null)
            .Select(pause => pause!.Value.TotalSeconds).ToList();
        pauses.ShouldBe([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]);
        Pace.PauseAfter(14, chance: 0).ShouldBeNull();
        Pace.PauseAfter(int.MaxValue, chance: 0).ShouldBeNull();
    }

    [Fact]
    public void Receivers_that_failed_together_are_not_tried_together_again()
    {
        Pace.PauseAfter(5, chance: 0).ShouldBe(TimeSpan.FromSeconds(12));
        Pace.PauseAfter(5, chance: 1).ShouldBe(TimeSpan.FromSeconds(16));
    }

    [Fact]
    public void What_a_receiver_asks_for_is_heard_up_to_an_hour()
    {
        Pace.PauseAfter(1, chance: 1, TimeSpan.FromMinutes(5)).ShouldBe(TimeSpan.FromMinutes(5));
        Pace.PauseAfter(1, chance: 1, TimeSpan.FromDays(5)).ShouldBe(TimeSpan.FromHours(1));
        Pace.PauseAfter(1, chance: 1, TimeSpan.FromSeconds(-5)).ShouldBe(TimeSpan.FromSeconds(1));
    }
}
