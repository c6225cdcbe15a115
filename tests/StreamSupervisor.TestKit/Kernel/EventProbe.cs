namespace StreamSupervisor.TestKit.Kernel;

/// <summary>Tells a test that something happened: it asks for the event first, then acts, then awaits. No sleep, no poll.</summary>
public sealed class EventProbe
{
    private readonly Lock _gate = new();
    private readonly List<(string Name, Func<object?, bool> Fits, TaskCompletionSource<object?> Told)> _armed = [];
    private readonly List<(string Name, object? Detail)> _seen = [];

    /// <summary>Everything that happened so far, in order.</summary>
    public IReadOnlyList<(string Name, object? Detail)> Seen
    {
        get
        {
            lock (_gate)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>The next event of this name, from now on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fits">Only those whose detail fits; null for any.</param>
    public Task<object?> Next(string name, Func<object?, bool>? fits = null)
    {
        var told = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _armed.Add((name, fits ?? (_ => true), told));
        }

        return told.Task;
    }

    /// <summary>Says that it happened.</summary>
    public void Happened(string name, object? detail = null)
    {
        List<TaskCompletionSource<object?>> told = [];
        lock (_gate)
        {
            _seen.Add((name, detail));
            for (var i = _armed.Count - 1; i >= 0; i--)
            {
                if (_armed[i].Name == name && _armed[i].Fits(detail))
                {
                    told.Insert(0, _armed[i].Told);
                    _armed.RemoveAt(i);
                }
            }
        }

        foreach (var waiter in told)
        {
            waiter.TrySetResult(detail);
        }
    }

    /// <summary>How often it happened.</summary>
    public int CountOf(string name)
    {
        lock (_gate)
        {
            return _seen.Count(seen => seen.Name == name);
        }
    }
}
