using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

public class LogThrottleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly LogThrottle _throttle = new();

    [Fact]
    public void A_store_that_is_away_is_one_line_a_minute_however_many_keys_there_are()
    {
        var lines = new List<int>();
        for (var second = 0; second < 180; second++)
        {
            for (var key = 0; key < 100; key++)
            {
                var fault = key % 2 == 0 ? StoreFault.Write : StoreFault.Recovery;
                if (_throttle.MayLog($"live/cam{key}", fault, Start.AddSeconds(second)))
                {
                    lines.Add(second);
                }
            }
        }

        lines.ShouldBe([0, 60, 120]);
    }

    [Fact]
    public void What_concerns_one_key_is_a_line_of_its_own()
    {
        _throttle.MayLog("live/cam1", StoreFault.Conflict, Start).ShouldBeTrue();
        _throttle.MayLog("live/cam2", StoreFault.Conflict, Start).ShouldBeTrue();
        _throttle.MayLog("live/cam1", StoreFault.Conflict, Start.AddSeconds(59)).ShouldBeFalse();
    }
}
