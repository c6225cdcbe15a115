namespace StreamSupervisor.Srs.Api;

/// <summary>
/// Stops calling a server that does not answer: open after so many failures in a row, for a while; then one call tries, and the others
/// still fail at once until it has succeeded.
/// <para>
/// Not Polly's circuit breaker: it opens on a share of failures within a window (of at least 0.5 s) and cannot count in a row. A server
/// that has just answered a thousand looks and then dies must be noticed within a handful of calls, not when the thousand have left the
/// window; and one lost packet among many must open nothing.
/// </para>
/// </summary>
internal sealed class SrsCircuit(string origin, int breakAfter, TimeSpan breakFor, TimeProvider time, ILogger logger)
{
    private readonly System.Threading.Lock _gate = new();
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
                return _failures >= breakAfter && (_trying || time.GetElapsedTime(_openedAt) < breakFor);
            }
        }
    }

    /// <summary>Whether a call may be made now. Every true is followed by one <see cref="Report"/> or <see cref="Withdraw"/>.</summary>
    public bool MayCall()
    {
        lock (_gate)
        {
            if (_failures < breakAfter)
            {
                return true;
            }

            if (_trying || time.GetElapsedTime(_openedAt) < breakFor)
            {
                return false;
            }

            _trying = true;
            return true;
        }
    }

    public void Report(bool answered)
    {
        bool wasOpen, isOpen;
        lock (_gate)
        {
            wasOpen = _failures >= breakAfter;
            _trying = false;
            _failures = answered ? 0 : Math.Min(_failures + 1, breakAfter);
            isOpen = _failures >= breakAfter;
            if (isOpen)
            {
                _openedAt = time.GetTimestamp();
            }
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
    }

    /// <summary>The caller gave up before there was an answer: nothing was learnt.</summary>
    public void Withdraw()
    {
        lock (_gate)
        {
            _trying = false;
        }
    }
}
