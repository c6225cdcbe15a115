namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// Whether a server was looked at since the store went back in time. A sweep counts when it began after that, and found nothing that a
/// stream must be told: what one sweep tells, the next one finds settled.
/// </summary>
/// <remarks>
/// It ends: rows that never settle (a ghost, an orphan that names another client) are looked at for about ten seconds. A server that gives
/// no answer was not looked at: <see cref="Stores.AdmissionHold"/> says for how long it is waited for.
/// </remarks>
public sealed class RollbackSweep
{
    /// <summary>A stream adopts what was found within some milliseconds, and tells so within 100 ms.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(300);

    private const int MostLooks = 30;

    private long _epoch;
    private TimeSpan _begunAt;
    private int _looks;

    /// <summary>The newest epoch in which the server was looked at.</summary>
    public long Swept { get; private set; }

    /// <summary>The newest epoch that was heard of.</summary>
    public long Epoch => _epoch;

    /// <summary>Whether a sweep is waited for.</summary>
    public bool IsWanted => Swept < _epoch;

    /// <summary>
    /// The store has gone back in time: what was believed may never have been, and is forgotten with this. A look that begins now counts.
    /// </summary>
    /// <param name="now">On the monotonic clock of the one who looks.</param>
    /// <returns>Whether it is news.</returns>
    public bool Begin(long epoch, TimeSpan now)
    {
        if (epoch <= _epoch)
        {
            return false;
        }

        (_epoch, _begunAt, _looks) = (epoch, now, 0);
        return true;
    }

    /// <summary>A sweep is over.</summary>
    /// <param name="beganAt">On the monotonic clock of the one who looks.</param>
    /// <param name="isSettled">Whether no stream had to be told anything.</param>
    /// <returns>Whether that was the sweep that was waited for.</returns>
    public bool Looked(TimeSpan beganAt, bool isSettled) =>
        IsWanted && beganAt >= _begunAt && End(isSettled || ++_looks >= MostLooks);

    /// <summary>
    /// Another server answers at the address than the one that was looked at: nothing is known of what is on air here, and it is looked
    /// at anew.
    /// </summary>
    public void Again() => (Swept, _looks) = (0, 0);

    private bool End(bool isOver)
    {
        Swept = isOver ? _epoch : Swept;
        return isOver;
    }
}
