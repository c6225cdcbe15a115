using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Effects;

/// <summary>
/// The cue to look at once: a client's <c>on_close</c> came, so that the eviction that waits for it need not wait for its next poll.
/// Only a cue: an eviction that misses it looks again by itself.
/// </summary>
internal sealed class ReleaseCues
{
    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<SessionId, Cue> _waiting = [];

    public void Fire(SessionId session)
    {
        Cue? cue;
        lock (_gate)
        {
            _waiting.Remove(session, out cue);
        }

        cue?.Give();
    }

    /// <summary>Waits for the cue, or until the time is over, whichever comes first. One eviction waits for one session.</summary>
    /// <returns>Whether the cue came.</returns>
    /// <exception cref="OperationCanceledException">The eviction is over.</exception>
    public async Task<bool> WaitAsync(SessionId session, TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        var cue = new Cue();
        lock (_gate)
        {
            _waiting[session] = cue;
        }

        try
        {
            return await cue.WaitAsync(atMost, time, cancellation);
        }
        finally
        {
            lock (_gate)
            {
                if (_waiting.TryGetValue(session, out var still) && still == cue)
                {
                    _waiting.Remove(session);
                }
            }
        }
    }
}
