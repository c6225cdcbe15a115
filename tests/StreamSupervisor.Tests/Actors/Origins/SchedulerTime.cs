using Akka.TestKit;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>The clock of the test scheduler, so that actors' timers and what they measure agree. Its own timers are not used.</summary>
internal sealed class SchedulerTime(TestScheduler scheduler) : TimeProvider
{
    /// <summary>How far the wall clock was set back.</summary>
    public TimeSpan SetBack { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => scheduler.Now - SetBack;

    public override long GetTimestamp() => scheduler.Now.UtcTicks;
}
