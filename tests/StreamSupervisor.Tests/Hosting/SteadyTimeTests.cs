using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.Tests.Hosting;

public class SteadyTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public void A_clock_that_is_set_by_ten_minutes_changes_no_wait_by_more_than_a_twentieth(double minutes)
    {
        var machine = new SetClock();
        var steady = new SteadyTime(machine);
        machine.Pass(TimeSpan.FromHours(1));
        steady.GetUtcNow().ShouldBe(Start.AddHours(1));

        machine.Set(TimeSpan.FromMinutes(minutes));
        var before = steady.GetUtcNow();
        before.ShouldBe(Start.AddHours(1));
        for (var i = 0; i < 60; i++)
        {
            machine.Pass(TimeSpan.FromSeconds(1));
            (steady.GetUtcNow() - before).ShouldBeInRange(TimeSpan.FromSeconds(0.95), TimeSpan.FromSeconds(1.05));
            before = steady.GetUtcNow();
        }
    }

    [Fact]
    public void It_comes_up_to_the_clock()
    {
        var machine = new SetClock();
        var steady = new SteadyTime(machine);
        machine.Set(TimeSpan.FromMinutes(-10));
        machine.Pass(TimeSpan.FromMinutes(201));
        steady.GetUtcNow().ShouldBe(machine.GetUtcNow());
    }

    [Fact]
    public void A_machine_that_gets_the_time_after_its_start_is_followed_at_once()
    {
        var machine = new SetClock();
        var steady = new SteadyTime(machine);
        machine.Set(TimeSpan.FromDays(300));
        steady.GetUtcNow().ShouldBe(Start.AddDays(300));
    }

    /// <summary>A wall clock that can be set either way, beside a monotonic one that cannot.</summary>
    private sealed class SetClock : TimeProvider
    {
        private TimeSpan _elapsed;
        private TimeSpan _offset;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Set(TimeSpan by) => _offset += by;

        public void Pass(TimeSpan time) => _elapsed += time;

        public override DateTimeOffset GetUtcNow() => Start + _elapsed + _offset;

        public override long GetTimestamp() => _elapsed.Ticks;
    }
}
