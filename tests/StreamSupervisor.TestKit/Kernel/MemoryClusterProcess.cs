using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>
/// One process on a simulation: whatever was begun in it continues in it, so it can be paused, as SIGSTOP does, and killed. The clock runs on
/// while it is paused; what became due meanwhile happens when it wakes up.
/// </summary>
public sealed class MemoryClusterProcess(SimulationScheduler scheduler) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _held = new();
    private readonly LinkedList<Action> _atEnd = [];

    public bool IsPaused { get; private set; }
    public bool IsKilled { get; private set; }

    /// <summary>A clock of its own, which runs wrong, and whose timers fire in here.</summary>
    /// <param name="rate">How fast it runs: 1 is right.</param>
    /// <param name="offset">How far its wall clock is ahead.</param>
    public TimeProvider Clock(double rate = 1, TimeSpan offset = default) => new MemoryClusterClock(this, scheduler.Time, rate, offset);

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsKilled)
        {
            scheduler.Post(_ => Enter(d, state), null);
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Calls something in here, at once.</summary>
    public T Inside<T>(Func<T> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return call();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Calls something in here at once; when it wakes up, while it is paused; never, when it was killed.</summary>
    public void Enter(SendOrPostCallback callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (IsPaused)
        {
            _held.Enqueue((callback, state));
        }
        else if (!IsKilled)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                callback(state);
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        IsPaused = false;
        while (_held.TryDequeue(out var work))
        {
            Post(work.Callback, work.State);
        }
    }

    /// <summary>Nothing runs in here any more, ever.</summary>
    public void Kill()
    {
        IsKilled = true;
        _held.Clear();
        while (_atEnd.First is { } first)
        {
            _atEnd.RemoveFirst();
            first.Value();
        }
    }

    /// <summary>Called when it is killed: what others see of that at once.</summary>
    /// <returns>Takes it back when disposed.</returns>
    public IDisposable AtEnd(Action action) => new Ending(_atEnd, _atEnd.AddLast(action));

    private sealed class Ending(LinkedList<Action> all, LinkedListNode<Action> one) : IDisposable
    {
        public void Dispose()
        {
            if (one.List == all)
            {
                all.Remove(one);
            }
        }
    }
}
