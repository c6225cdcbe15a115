namespace StreamSupervisor.Srs.Api;

/// <summary>How a call fared at the gate. Zero is not a yes.</summary>
internal enum SrsGateOutcome
{
    /// <summary>Too many of its priority wait already. There is no place and nothing to leave.</summary>
    Full,

    /// <summary>It waited for as long as a call may. There is no place and nothing to leave.</summary>
    WaitedTooLong,

    /// <summary>The server does not answer. There is no place and nothing to leave.</summary>
    SentAway,

    /// <summary>It has a place and must <see cref="SrsGate.Leave"/>.</summary>
    Entered,
}

/// <summary>
/// Lets so many calls at a time through to one SRS server, the urgent ones first.
/// <para>
/// SRS answers every request on the one thread that carries the media of all its clients, so calls stand in line here and not there. A
/// place is held only while a call runs. Each priority has a line of its own with its own bound: checks without number refuse no kick.
/// Kicks always go first. Of checks and sweeps, one place in <see cref="SweepsTurn"/> goes to a waiting sweep: 500 hooks a second
/// of sessions that never appear would otherwise keep the sweeps out for good, and with them all that finds silent publishers.
/// </para>
/// <para>
/// Not <c>System.Threading.RateLimiting.ConcurrencyLimiter</c>: its queue is first in, first out (or last), for all alike.
/// </para>
/// </summary>
internal sealed class SrsGate
{
    /// <summary>The longest line of each priority; a member has about as many live streams on one server at most.</summary>
    public const int MaxWaiting = 2048;

    /// <summary>
    /// How long a call may wait. SRS drops a client whose hook was not answered for 30 s; what waits longer than this helps nobody.
    /// </summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private const int SweepsTurn = 16;

    private readonly System.Threading.Lock _gate = new();
    private readonly LinkedList<Waiter>[] _lines = [new(), new(), new()];
    private readonly TimeProvider _time;
    private int _free;
    private int _checksInARow;

    /// <param name="places">Calls that may run at a time, from 1.</param>
    /// <param name="time">Measures how long a call waits.</param>
    public SrsGate(int places, TimeProvider time)
    {
        _free = places;
        _time = time;
    }

    /// <summary>Waits for a place.</summary>
    /// <exception cref="OperationCanceledException">The caller went away; there is no place and nothing to leave.</exception>
    public async ValueTask<SrsGateOutcome> EnterAsync(SrsPriority priority, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var line = _lines[(int)priority];
        LinkedListNode<Waiter> waiter;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return SrsGateOutcome.Entered;
            }

            if (line.Count >= MaxWaiting)
            {
                return SrsGateOutcome.Full;
            }

            waiter = line.AddLast(new Waiter());
        }

        using var timer = _time.CreateTimer(_ => GiveUp(waiter, static one => one.TrySetResult(SrsGateOutcome.WaitedTooLong)), null,
            LongestWait, Timeout.InfiniteTimeSpan);
        using var abandoned = cancellation.UnsafeRegister(_ => GiveUp(waiter, one => one.TrySetCanceled(cancellation)), null);
        return await waiter.Value.Task;
    }

    /// <summary>Gives the place back, to the most urgent call that waits.</summary>
    public void Leave()
    {
        Waiter next;
        lock (_gate)
        {
            if (NextLine() is not { First: { } first } line)
            {
                _free++;
                return;
            }

            line.RemoveFirst();
            next = first.Value;
        }

        next.SetResult(SrsGateOutcome.Entered);
    }

    /// <summary>All who wait leave: the server does not answer those who have places.</summary>
    public void SendAway()
    {
        List<Waiter> waiting;
        lock (_gate)
        {
            waiting = [.. _lines.SelectMany(line => line)];
            foreach (var line in _lines)
            {
                line.Clear();
            }
        }

        foreach (var waiter in waiting)
        {
            waiter.TrySetResult(SrsGateOutcome.SentAway);
        }
    }

    private LinkedList<Waiter>? NextLine()
    {
        var (kicks, checks, sweeps) = (_lines[(int)SrsPriority.Kick], _lines[(int)SrsPriority.Check], _lines[(int)SrsPriority.Sweep]);
        if (kicks.Count > 0)
        {
            return kicks;
        }

        if (checks.Count > 0 && (sweeps.Count == 0 || ++_checksInARow < SweepsTurn))
        {
            return checks;
        }

        _checksInARow = 0;
        return sweeps.Count > 0 ? sweeps : null;
    }

    private void GiveUp(LinkedListNode<Waiter> waiter, Action<Waiter> tell)
    {
        lock (_gate)
        {
            if (waiter.List is not { } line)
            {
                return; // It has got a place already, and will leave.
            }

            line.Remove(waiter);
        }

        tell(waiter.Value);
    }

    /// <summary>
    /// Goes on in its caller's context and never on the thread that leaves: the simulation keeps every step on its own thread.
    /// </summary>
    private sealed class Waiter() : TaskCompletionSource<SrsGateOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
}
