using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Effects;

/// <summary>DELETE, then poll until SRS no longer knows the client.</summary>
internal sealed partial class LiveStreamEffectRunner
{
    // A client is gone 4 ms after its DELETE (median of 50 on SRS 5 to 7, 7 ms at most), so the first looks come fast.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DeleteAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    private async Task EvictAsync(string entityId, EvictSession evict, CancellationToken cancellation)
    {
        var origin = await OriginAsync(entityId, evict.Origin, evict.Session, cancellation);
        var startedAt = _time.GetTimestamp();
        var closed = new CloseSeen();
        try
        {
            var proof = await ReleaseAsync(entityId, origin, evict, closed, cancellation);
            closed.Seen = false;
            NoteReleased(entityId, origin, evict.Session, proof, startedAt);
            await ReportAsync(entityId, new ReportEvicted(evict.Session, proof), cancellation);
        }
        catch (OperationCanceledException) when (closed.Seen)
        {
            // The hook was faster than our look: its proof has ended the eviction already.
            NoteReleased(entityId, origin, evict.Session, ReleaseProof.Closed, startedAt);
            throw;
        }
    }

    private void NoteReleased(string entityId, Origin origin, SessionId session, ReleaseProof proof, long startedAt)
    {
        var took = _time.GetElapsedTime(startedAt);
        EffectTelemetry.Released(origin.Name, proof, took);
        _logger.LogInformation("{Key}: {Session} is gone from {Origin} after {Milliseconds:0.0} ms ({Proof}).",
            entityId, session, origin.Name, took.TotalMilliseconds, proof);
    }

    private sealed class CloseSeen
    {
        public bool Seen { get; set; }
    }

    private async Task<ReleaseProof> ReleaseAsync(string entityId, Origin origin, EvictSession evict, CloseSeen closed, CancellationToken cancellation)
    {
        var session = evict.Session;
        var retry = new Backoff(FirstRetry, 2, LongestRetry);
        var stalled = false;
        while (true)
        {
            try
            {
                return await ReleaseOnceAsync(origin, evict, closed, cancellation);
            }
            catch (SrsUnreachableException unreachable)
            {
                if (!stalled)
                {
                    stalled = true;
                    _logger.LogWarning("{Key}: {Session} can't be removed now and is tried again until it is: {Why}", entityId, session, unreachable.Message);
                    await ReportAsync(entityId, new ReportEvictionStalled(session, unreachable.Message), cancellation);
                }

                await Task.Delay(retry.Next(), _time, cancellation);
            }
        }
    }

    /// <summary>Until the proof is there.</summary>
    /// <exception cref="SrsUnreachableException">SRS did not answer, so nothing is known.</exception>
    private async Task<ReleaseProof> ReleaseOnceAsync(Origin origin, EvictSession evict, CloseSeen closed, CancellationToken cancellation)
    {
        var session = evict.Session;
        if (await IsOverAsync(origin, session, cancellation))
        {
            return ReleaseProof.ProcessReplaced;
        }

        var arrival = new Backoff(FirstPoll, 1.5, LongestPoll);
        while (true)
        {
            var deletedAt = _time.GetTimestamp();
            var deleted = await KickAsync(origin, session, cancellation);
            if (!deleted.Value && evict.UnlistedUntil > _time.GetUtcNow())
            {
                // It may be about to arrive in the list. If it went instead, its on_close says so.
                if (await _cues.WaitAsync(session, arrival.Next(), _time, cancellation))
                {
                    return ReleaseProof.Closed;
                }

                continue;
            }

            if (!deleted.Value)
            {
                return ReleaseProof.ClientGone;
            }

            if (IsOther(session, deleted.ServiceId))
            {
                return ReleaseProof.ProcessReplaced;
            }

            var poll = new Backoff(FirstPoll, 1.5, LongestPoll);
            while (_time.GetElapsedTime(deletedAt) < DeleteAgainAfter)
            {
                closed.Seen |= await _cues.WaitAsync(session, poll.Next(), _time, cancellation);
                var seen = await origin.Api.GetClientAsync(session.ClientId, cancellation);
                if (seen.Value is null)
                {
                    return ReleaseProof.ClientGone;
                }

                if (IsOther(session, seen.ServiceId))
                {
                    return ReleaseProof.ProcessReplaced;
                }
            }
        }
    }

    private static async Task<SrsAnswer<bool>> KickAsync(Origin origin, SessionId session, CancellationToken cancellation)
    {
        using var span = EffectTelemetry.Kick(origin.Name);
        return await origin.Api.DeleteClientAsync(session.ClientId, cancellation);
    }

    /// <summary>
    /// Whether the session's process has ended. Where what we know of the node does not fit the session, the node is asked: another
    /// member may have learnt of a newer process than we have, and then the session is alive.
    /// </summary>
    private static async Task<bool> IsOverAsync(Origin origin, SessionId session, CancellationToken cancellation)
    {
        if (origin.Supersedes(session.ServiceId))
        {
            return true;
        }

        return origin.Process?.ServiceId != session.ServiceId
            && (await origin.IdentifyAsync(cancellation)).ServiceId != session.ServiceId;
    }

    private static bool IsOther(SessionId session, string serviceId) => serviceId.Length > 0 && serviceId != session.ServiceId;
}
