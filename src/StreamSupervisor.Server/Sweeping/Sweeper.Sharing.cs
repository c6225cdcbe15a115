using StreamSupervisor.Server.Peers;

namespace StreamSupervisor.Server.Sweeping;

/// <summary>
/// Looks of other members. Who does not sweep a node compares what the one who does has seen with its own beliefs; both act for
/// their own keys only. The others are trusted for what they saw, never for what follows from it: before anything is said to an entity, the
/// client is asked here as it is after an own look.
/// </summary>
internal sealed partial class Sweeper
{
    /// <summary>So many intervals without a look of anybody's, and this member looks by itself: the one who should is cut off from it, or from the node.</summary>
    private const int NeglectedAfter = 3;

    /// <summary>How soon a change of duty is noticed.</summary>
    private static readonly TimeSpan DutyCheck = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OldestLook = TimeSpan.FromSeconds(10);

    private (OriginLook Look, long ArrivedAt)? _shared;
    private long _heardAt;

    /// <summary>Another member has looked at the node. Only the newest look counts.</summary>
    public void Take(OriginLook look)
    {
        if (look.Age < TimeSpan.Zero || look.Age > OldestLook || look.SeenAge < TimeSpan.Zero || look.SeenAge > look.Age)
        {
            return;
        }

        lock (_gate)
        {
            _shared = (look, _time.GetTimestamp());
            _soon.Give();
        }
    }

    private bool IsNeglected() => _time.GetElapsedTime(_heardAt) > _options.Interval * NeglectedAfter;

    /// <summary>Notes what another member saw, as if this one had asked.</summary>
    /// <returns>The look with its times on this member's clocks; null when there is nothing to compare.</returns>
    private Look? Read(OriginLook shared, long arrivedAt)
    {
        if (shared.Process is not { } process)
        {
            _silence.Blind();
            _origin.Failed(shared.Failure ?? "another member could not look at it");
            return null;
        }

        if (_origin.Supersedes(process.ServiceId))
        {
            return null; // on its way while the node was started again
        }

        _heardAt = _time.GetTimestamp();
        _origin.Answered(process.ServiceId);
        _origin.NoteLook(shared.Took, shared.Streams);
        _origin.NoteCpu(shared.CpuPercent);
        return new Look(process, shared.Streams, _time.GetUtcNow() - _time.GetElapsedTime(arrivedAt) - shared.Age,
            arrivedAt - (long)(shared.SeenAge.TotalSeconds * _time.TimestampFrequency), shared.Took);
    }

    private void Share(Look look) => _duty.Share(new OriginLook(_origin.Name, look.Process, look.Streams,
        _time.GetUtcNow() - look.At, _time.GetElapsedTime(look.Seen), look.Took) { CpuPercent = _origin.Snapshot().CpuPercent });

    private void ShareFailure(string why) => _duty.Share(new OriginLook(_origin.Name, null, [], TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, why));
}
