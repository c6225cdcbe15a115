using System.Diagnostics;

namespace StreamSupervisor.IntegrationTests.Simulator;

/// <summary>
/// One thread and a clock that jumps: everything that was posted runs in order, and when nothing is left the clock goes to the next timer.
/// What leaves the thread by accident (Task.WhenAny, a pool timer) is caught: only this thread may post.
/// </summary>
internal sealed class SimulatedWorld : TimeProvider
{
    private readonly Pump pump = new();
    private readonly PriorityQueue<Alarm, (DateTimeOffset Due, long Order)> alarms = new();
    private DateTimeOffset now = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
    private long order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Runs a scenario to its end in virtual time.</summary>
    public void Run(Func<Task> scenario)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(pump);
        try
        {
            var task = scenario();
            while (!task.IsCompleted)
            {
                if (!pump.RunNext() && !Ring())
                {
                    throw new UnreachableException("The scenario waits for something that will never happen.");
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Lets time pass, fractions of a millisecond too (which Task.Delay would cut off).</summary>
    public async Task Pass(double milliseconds)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = CreateTimer(_ => over.SetResult(), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        await over.Task;
    }

    public async Task Until(Func<bool> condition)
    {
        for (var look = 0; !condition(); look++)
        {
            look.ShouldBeLessThan(50_000, "it never came true");
            await Pass(0.1);
        }
    }

    private bool Ring()
    {
        while (alarms.TryDequeue(out var alarm, out var key))
        {
            if (alarm.IsSetFor(key.Order))
            {
                now = key.Due > now ? key.Due : now;
                alarm.Ring();
                return true;
            }
        }

        return false;
    }

    private sealed class Pump : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
        private readonly int thread = Environment.CurrentManagedThreadId;
        private Exception? stray;

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (Environment.CurrentManagedThreadId != thread)
            {
                stray = new InvalidOperationException("Something left the simulation's thread and came back: " + Environment.StackTrace);
                return;
            }

            queue.Enqueue((d, state));
        }

        public override SynchronizationContext CreateCopy() => this;

        public bool RunNext()
        {
            if (stray is not null)
            {
                throw stray;
            }

            if (!queue.TryDequeue(out var next))
            {
                return false;
            }

            next.Callback(next.State);
            return true;
        }
    }

    private sealed class Alarm(SimulatedWorld world, TimerCallback callback, object? state) : ITimer
    {
        private long current;
        private TimeSpan every;

        public bool IsSetFor(long order) => current == order;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            every = period;
            current = 0;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                current = ++world.order;
                world.alarms.Enqueue(this, (world.now + dueTime, current));
            }

            return true;
        }

        public void Ring()
        {
            current = 0;
            if (every > TimeSpan.Zero && every != Timeout.InfiniteTimeSpan)
            {
                Change(every, every);
            }

            callback(state);
        }

        public void Dispose() => current = 0;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
