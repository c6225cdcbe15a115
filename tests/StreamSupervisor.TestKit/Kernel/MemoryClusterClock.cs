using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>
/// A process's own clock: runs a little too fast or too slow, its wall clock is set wrong, and what becomes due while the process is paused happens
/// when it wakes up.
/// </summary>
internal sealed class MemoryClusterClock(MemoryClusterProcess process, VirtualTime time, double rate, TimeSpan offset) : TimeProvider
{
    private readonly long _epoch = time.GetTimestamp();
    private readonly DateTimeOffset _start = time.GetUtcNow();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => (long)((time.GetTimestamp() - _epoch) * rate);

    public override DateTimeOffset GetUtcNow() => _start + offset + TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ProcessTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Upwards: no timer fires before its time by this clock.</summary>
    private TimeSpan ToWorld(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromTicks((long)Math.Ceiling(span.Ticks / rate) + 1);

    private sealed class ProcessTimer : ITimer
    {
        private readonly MemoryClusterClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;

        public ProcessTimer(MemoryClusterClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _timer = clock.Time.CreateTimer(static self => ((ProcessTimer)self!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _timer.Change(_clock.ToWorld(dueTime), _clock.ToWorld(period));

        public void Dispose() => _timer.Dispose();

        public ValueTask DisposeAsync() => _timer.DisposeAsync();

        private void Fire() => _clock.Process.Enter(_callback.Invoke, _state);
    }

    private MemoryClusterProcess Process => process;

    private VirtualTime Time => time;
}
