namespace StreamSupervisor.Tests.Simulation.Time;

/// <summary>
/// The time of one world: a queue of what is going to happen, in the order of its time and, within one moment, in the order in which it was
/// said.
/// Nothing waits and nothing runs beside it, so one seed takes the same way each time.
/// </summary>
internal sealed class EventQueue
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Scheduled, (long At, long Order)> _queue = new();
    private long _now;
    private long _order;

    public DateTimeOffset Now => Start.AddTicks(_now);

    /// <summary>How long the world has been turning.</summary>
    public TimeSpan Age => new(_now);

    /// <summary>How many things have happened.</summary>
    public long Steps { get; private set; }

    /// <summary>Lets something happen later, or in this very moment after all that was said before it.</summary>
    public Scheduled After(TimeSpan delay, Action act)
    {
        var scheduled = new Scheduled(act);
        _queue.Enqueue(scheduled, (_now + Math.Max(0, delay.Ticks), ++_order));
        return scheduled;
    }

    /// <summary>Lets the world turn until a condition holds, which is asked every so often, or until so much time has passed.</summary>
    public void RunUntil(Func<bool> over, TimeSpan limit, TimeSpan askEvery)
    {
        var end = _now + limit.Ticks;
        var ask = _now;
        while (_queue.TryPeek(out _, out var next) && next.At <= end)
        {
            if (next.At >= ask)
            {
                if (over())
                {
                    return;
                }

                ask = next.At + askEvery.Ticks;
            }

            var scheduled = _queue.Dequeue();
            _now = next.At;
            if (scheduled.Take() is { } act)
            {
                Steps++;
                act();
            }
        }

        _now = end;
    }
}

/// <summary>Something that is going to happen unless it is called off.</summary>
internal sealed class Scheduled(Action act)
{
    private Action? _act = act;

    public void Cancel() => _act = null;

    public Action? Take()
    {
        var taken = _act;
        _act = null;
        return taken;
    }
}
