namespace StreamSupervisor.Srs.Api;

/// <summary>
/// Stops calling a server that does not answer: open after so many failures in a row, for a while; then one call tries, and the others
/// still fail at once until it has succeeded. A call that is late counts as failed until it has its answer: a server whose process hangs
/// takes connections and says nothing, and nobody need wait for a whole timeout to see that.
/// <para>
/// Not Polly's circuit breaker: it opens on a share of failures within a window (of at least 0.5 s) and cannot count in a row. A server
/// that has just answered a thousand looks and then dies must be noticed within a handful of calls, not when the thousand have left the
/// window; and one lost packet among many must open nothing.
/// </para>
/// </summary>
internal sealed class SrsCircuit(string origin, int breakAfter, TimeSpan breakFor, TimeProvider time, ILogger logger)
{
    private readonly System.Threading.Lock _gate = new();
    private readonly HashSet<Passage> _late = [];
    private int _failures;
    private long _openedAt;
    private bool _trying;

    /// <summary>Whether a call would fail at once now. Claims nothing.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return IsShut();
            }
        }
    }

    /// <summary>A call may be made now; it ends with <see cref="Passage.Report"/> or <see cref="Passage.Withdraw"/>.</summary>
    /// <returns>Null: it may not.</returns>
    public Passage? TryPass()
    {
        lock (_gate)
        {
            if (IsShut())
            {
                return null;
            }

            _trying = _failures >= breakAfter;
            return new Passage(this);
        }
    }

    private bool IsShut() => _failures >= breakAfter
        ? _trying || time.GetElapsedTime(_openedAt) < breakFor
        : _late.Count > 0 && _failures + _late.Count >= breakAfter;

    private bool Late(Passage passage)
    {
        lock (_gate)
        {
            return !passage.IsOver && _late.Add(passage) && IsShut();
        }
    }

    private bool Report(Passage passage, bool answered)
    {
        bool wasOpen, isOpen, isShut;
        lock (_gate)
        {
            Leave(passage);
            wasOpen = _failures >= breakAfter;
            _failures = answered ? 0 : Math.Min(_failures + 1, breakAfter);
            isOpen = _failures >= breakAfter;
            if (answered)
            {
                _late.Clear();
            }

            if (isOpen)
            {
                _openedAt = time.GetTimestamp();
            }

            isShut = IsShut();
        }

        if (isOpen && !wasOpen)
        {
            logger.LogWarning("{Origin} has failed {Failures} calls in a row. It is asked once every {Seconds} s until it answers.",
                origin, breakAfter, breakFor.TotalSeconds);
        }
        else if (wasOpen && !isOpen)
        {
            logger.LogInformation("{Origin} answers again.", origin);
        }

        return isShut;
    }

    private void Withdraw(Passage passage)
    {
        lock (_gate)
        {
            Leave(passage);
        }
    }

    private void Leave(Passage passage)
    {
        passage.IsOver = true;
        _late.Remove(passage);
        _trying = false;
    }

    /// <summary>One call that was let through.</summary>
    public sealed class Passage(SrsCircuit circuit)
    {
        internal bool IsOver { get; set; }

        /// <summary>It has had no answer for longer than an answer takes.</summary>
        /// <returns>Whether the circuit is open now: whoever waits for a place should hear.</returns>
        public bool Late() => circuit.Late(this);

        /// <summary>How it ended.</summary>
        /// <returns>Whether the circuit is open now.</returns>
        public bool Report(bool answered) => circuit.Report(this, answered);

        /// <summary>The caller gave up before there was an answer: nothing was learnt.</summary>
        public void Withdraw() => circuit.Withdraw(this);
    }
}
