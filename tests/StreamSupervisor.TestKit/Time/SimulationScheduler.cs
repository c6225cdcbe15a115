using System.Runtime.ExceptionServices;

namespace StreamSupervisor.TestKit.Time;

/// <summary>
/// One thread for everything: continuations are collected and run one by one, the next chosen by the seed, and when none is left the
/// clock moves to its next timer. A run with the same seed takes the same way to the letter.
///
/// What must not be used inside: <c>ConfigureAwait(false)</c>, <c>Task.Run</c>, and <c>Task.WhenAll</c> and its like on a task that was made with
/// <see cref="TaskCreationOptions.RunContinuationsAsynchronously"/> (they continue on the thread pool; the tasks of asks are made so that they
/// do not). Work that comes in from another thread ends the run with an error that says so.
/// </summary>
public sealed class SimulationScheduler : SynchronizationContext
{
    private readonly Random? _random;
    private readonly List<(SendOrPostCallback Callback, object? State)> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile Exception? _failure;

    /// <param name="time">The clock that it drives.</param>
    /// <param name="seed">Chooses the order; null takes everything first in, first out.</param>
    public SimulationScheduler(VirtualTime time, int? seed = null)
    {
        Time = time;
        _random = seed is null ? null : new Random(seed.Value);
    }

    public VirtualTime Time { get; }

    /// <summary>Continuations run so far: two runs of one seed agree on it at every point.</summary>
    public long Steps { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _failure = new InvalidOperationException("Work has left the simulation: a continuation came in from another thread.\n" + Environment.StackTrace);
            return;
        }

        _ready.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs an async body in here until it ends.</summary>
    /// <exception cref="TimeoutException">It did not end within the limit of virtual time.</exception>
    public void Run(Func<Task> body, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        var task = Inside(body);
        RunUntil(() => task.IsCompleted, limit ?? TimeSpan.FromHours(1));
        task.GetAwaiter().GetResult();
    }

    /// <summary>Runs an async body in here until it ends.</summary>
    /// <exception cref="TimeoutException">It did not end within the limit of virtual time.</exception>
    public T Run<T>(Func<Task<T>> body, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        var task = Inside(body);
        RunUntil(() => task.IsCompleted, limit ?? TimeSpan.FromHours(1));
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the limit of virtual time, or nothing is left that could bring it about.</exception>
    public void RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var until = Time.GetUtcNow() + limit;
        Inside(() =>
        {
            while (!condition())
            {
                if (!Step() && !Time.FireNext(until))
                {
                    throw new TimeoutException(Time.NextDue is null
                        ? "Nothing is left to run, and the condition does not hold."
                        : $"The condition does not hold after {limit} of virtual time.");
                }
            }

            return true;
        });
    }

    /// <summary>Runs what is ready, without moving the clock.</summary>
    public void RunReady() => Inside(() =>
    {
        while (Step())
        {
        }

        return true;
    });

    /// <summary>Runs for so much virtual time, whatever happens.</summary>
    public void RunFor(TimeSpan time)
    {
        var until = Time.GetUtcNow() + time;
        Inside(() =>
        {
            while (Step() || Time.FireNext(until))
            {
            }

            Time.AdvanceTo(until);
            return true;
        });
    }

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

    private bool Step()
    {
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }

        if (_ready.Count == 0)
        {
            return false;
        }

        var next = _random?.Next(_ready.Count) ?? 0;
        var (callback, state) = _ready[next];
        _ready.RemoveAt(next);
        Steps++;
        callback(state);
        return true;
    }
}
