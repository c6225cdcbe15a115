namespace StreamSupervisor.Srs.Api;

/// <summary>
/// Stops calling a server that does not answer: open after so many failures in a row, for a while; then one call tries, and the others
/// still fail at once until it has succeeded. Counted in a row, not as a share of a window: a node that has just answered a thousand
/// looks and then dies must be noticed within a handful of calls, and one lost packet among many must open nothing.
/// </summary>
internal sealed class SrsCircuit(int breakAfter, TimeSpan breakFor, TimeProvider time)
{
    private readonly System.Threading.Lock _gate = new();
    private int _failures;
    private long _openedAt;
    private bool _trying;

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
        lock (_gate)
        {
            _trying = false;
            _failures = answered ? 0 : Math.Min(_failures + 1, breakAfter);
            if (_failures == breakAfter)
            {
                _openedAt = time.GetTimestamp();
            }
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
