using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>
/// One process on a simulation: whatever was begun in it continues in it, so it can be paused, as SIGSTOP does, and killed. The clock runs on
/// while it is paused; what became due meanwhile happens when it wakes up.
/// </summary>
public sealed class MemoryClusterProcess(SimulationScheduler scheduler) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _held = new();
    private readonly List<Action> _atEnd = [];

    public bool IsPaused { get; private set; }
    public bool IsKilled { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsKilled)
        {
            scheduler.Post(_ => Execute(d, state), null);
        }
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
        foreach (var action in _atEnd)
        {
            action();
        }
    }

    /// <summary>Called when it is killed: what others see of that at once.</summary>
    public void AtEnd(Action action) => _atEnd.Add(action);

    private void Execute(SendOrPostCallback callback, object? state)
    {
        if (IsPaused)
        {
            _held.Enqueue((callback, state));
        }
        else if (!IsKilled)
        {
            Inside(() =>
            {
                callback(state);
                return true;
            });
        }
    }
}
