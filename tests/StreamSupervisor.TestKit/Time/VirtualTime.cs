namespace StreamSupervisor.TestKit.Time;

/// <summary>
/// A clock that stands still until it is moved. Timers fire in the order of their times, and of their arming where the times are equal,
/// on the thread that moves the clock, each at exactly its time.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<VirtualTimer, (DateTimeOffset, long)> _timers = new();
    private DateTimeOffset _now;
    private TimeSpan _setBack;
    private long _order;

    public VirtualTime() : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public VirtualTime(DateTimeOffset start)
    {
        _now = start;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer fires; null when none is armed.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
            {
                return PeekLocked(out var due) is null ? null : due;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now - _setBack;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _now.UtcTicks;
        }
    }

    /// <summary>Sets the wall clock back, as a person does. Timers and timestamps do not notice; times to advance to are as before.</summary>
    public void SetBack(TimeSpan by)
    {
        lock (_gate)
        {
            _setBack += by;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, firing on the way what becomes due.</summary>
    public void Advance(TimeSpan by) => AdvanceTo(new DateTimeOffset(GetTimestamp(), TimeSpan.Zero) + by);

    /// <summary>Moves the clock to a time, firing on the way what becomes due. Never moves it back.</summary>
    public void AdvanceTo(DateTimeOffset to)
    {
        while (FireNext(to))
        {
        }

        lock (_gate)
        {
            _now = to > _now ? to : _now;
        }
    }

    /// <summary>Moves the clock to its next timer, if that is due by then, and fires this one only.</summary>
    public bool FireNext(DateTimeOffset until)
    {
        VirtualTimer? timer;
        lock (_gate)
        {
            timer = PeekLocked(out var due);
            if (timer is null || due > until)
            {
                return false;
            }

            _timers.Dequeue();
            _now = due > _now ? due : _now;
            timer.Due = null;
            if (timer.Period > TimeSpan.Zero)
            {
                EnqueueLocked(timer, _now + timer.Period);
            }
        }

        timer.Fire();
        return true;
    }

    private VirtualTimer? PeekLocked(out DateTimeOffset due)
    {
        while (_timers.TryPeek(out var timer, out var at))
        {
            if (timer.Due == at)
            {
                due = at.Item1;
                return timer;
            }

            _timers.Dequeue();
        }

        due = default;
        return null;
    }

    private void EnqueueLocked(VirtualTimer timer, DateTimeOffset due)
    {
        var at = (due, ++_order);
        timer.Due = at;
        _timers.Enqueue(timer, at);
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public (DateTimeOffset, long)? Due { get; set; }
        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Period = period;
                Due = null;
                if (dueTime >= TimeSpan.Zero)
                {
                    time.EnqueueLocked(this, time._now + dueTime);
                }
            }

            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._gate)
            {
                Due = null;
                Period = default;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
