using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Wakeups;

/// <summary>What a <see cref="TimerQueue"/> can hold. In at most one queue, at most once.</summary>
internal interface ITimed
{
    /// <summary>The queue's own: the place in its heap plus one; 0 while it is not in it.</summary>
    int TimerSlot { get; set; }

    /// <summary>The time has come. Called without a lock.</summary>
    void Fire();
}

/// <summary>
/// Every deadline of a region behind one timer: a heap whose items know their place, so that the many that never fire (the deadlines of
/// asks) leave in O(log n). A timer each would cost 200 B and a lock of the runtime's own queue for every ask.
/// Counts monotonic time: a clock that is set back does not hold anybody.
/// </summary>
internal sealed class TimerQueue : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Nothing is armed for longer; whoever wants it asks again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Dispatcher _dispatcher;
    private readonly ITimer _timer;
    private Node[] _heap = new Node[64];
    private int _count;
    private long _order;
    private long _armedFor = long.MaxValue;
    private bool _stopped;

    public TimerQueue(TimeProvider time, Dispatcher dispatcher)
    {
        _time = time;
        _dispatcher = dispatcher;
        _timer = time.CreateTimer(static state => ((TimerQueue)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Puts an item in, or moves it.</summary>
    public void Set(ITimed item, TimeSpan delay)
    {
        var due = _time.GetTimestamp() + ToTimestamp(delay < TimeSpan.Zero ? TimeSpan.Zero : delay > Longest ? Longest : delay);
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            RemoveLocked(item);
            if (_count == _heap.Length)
            {
                Array.Resize(ref _heap, _count * 2);
            }

            SiftUp(_count++, new Node(due, ++_order, item));
            ArmLocked();
        }
    }

    public void Remove(ITimed item)
    {
        lock (_gate)
        {
            // The timer stays as it is: firing once for nothing is cheaper than arming it anew for every answered ask.
            RemoveLocked(item);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            for (var i = 0; i < _count; i++)
            {
                _heap[i].Item.TimerSlot = 0;
            }

            Array.Clear(_heap);
            _count = 0;
        }

        _timer.Dispose();
    }

    /// <summary>Fires all that is due, in the order of their times, and of their arming where the times are equal.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            ITimed due;
            lock (_gate)
            {
                if (_count == 0 || _heap[0].Due > _time.GetTimestamp())
                {
                    ArmLocked();
                    return;
                }

                due = _heap[0].Item;
                RemoveLocked(due);
            }

            due.Fire();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _armedFor = long.MaxValue;
        }

        _dispatcher.Run(this);
    }

    private void ArmLocked()
    {
        if (_count == 0 || _stopped || _heap[0].Due >= _armedFor)
        {
            return;
        }

        _armedFor = _heap[0].Due;
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), _armedFor);

        // Whole milliseconds, upwards: the runtime's timers cut the rest off and would fire too early, again and again.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private long ToTimestamp(TimeSpan delay) => _time.TimestampFrequency % TimeSpan.TicksPerSecond == 0
        ? delay.Ticks * (_time.TimestampFrequency / TimeSpan.TicksPerSecond)
        : (long)Math.Ceiling(delay.TotalSeconds * _time.TimestampFrequency);

    private void RemoveLocked(ITimed item)
    {
        var at = item.TimerSlot - 1;
        if (at < 0)
        {
            return;
        }

        item.TimerSlot = 0;
        var last = _heap[--_count];
        _heap[_count] = default;
        if (at == _count)
        {
            return;
        }

        if (at > 0 && last.IsBefore(_heap[(at - 1) / 2]))
        {
            SiftUp(at, last);
        }
        else
        {
            SiftDown(at, last);
        }
    }

    private void SiftUp(int at, Node node)
    {
        while (at > 0 && node.IsBefore(_heap[(at - 1) / 2]))
        {
            Put(at, _heap[(at - 1) / 2]);
            at = (at - 1) / 2;
        }

        Put(at, node);
    }

    private void SiftDown(int at, Node node)
    {
        while (at * 2 + 1 is var child && child < _count)
        {
            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].IsBefore(node))
            {
                break;
            }

            Put(at, _heap[child]);
            at = child;
        }

        Put(at, node);
    }

    private void Put(int at, Node node)
    {
        _heap[at] = node;
        node.Item.TimerSlot = at + 1;
    }

    private readonly record struct Node(long Due, long Order, ITimed Item)
    {
        public bool IsBefore(Node other) => Due < other.Due || (Due == other.Due && Order < other.Order);
    }
}
