using System.Diagnostics.Metrics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.Membership;

/// <summary>A member's instruments.</summary>
internal sealed class MemberMetrics : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Histogram<double> _beat;
    private readonly Counter<long> _deaths;
    private readonly Counter<long> _suspensions;
    private readonly Counter<long> _rollbacks;
    private readonly Counter<long> _peers;

    public MemberMetrics(Func<double> beatAge, Func<int> members, Func<int> peers)
    {
        _meter.CreateObservableGauge("streamsupervisor.peers.reachable", peers, "{member}", "Other members that this one reaches.");
        _peers = _meter.CreateCounter<long>("streamsupervisor.peers.changes", "{change}",
            "Other members that joined, left, became unreachable or reachable again, as this one sees them.");
        _meter.CreateObservableGauge("streamsupervisor.lease.age", beatAge, "s", "Time since the last renewal was sent that succeeded.");
        _meter.CreateObservableGauge("streamsupervisor.members", members, "{member}", "Members alive, this one included.");
        _beat = _meter.CreateHistogram<double>("streamsupervisor.lease.renewal.duration", "s", "Time of one renewal at the store.");
        _deaths = _meter.CreateCounter<long>("streamsupervisor.members.deaths", "{member}", "Members that this one declared dead.");
        _suspensions = _meter.CreateCounter<long>("streamsupervisor.lease.suspensions", "{suspension}",
            "Times that serving stopped because the lease was not renewed.");
        _rollbacks = _meter.CreateCounter<long>("streamsupervisor.store.rollbacks", "{rollback}",
            "Times that the database went back in time, or may have: a failover or a restored backup.");
    }

    /// <summary>Tells this member's instruments from those of others in the process, as in tests.</summary>
    internal Meter Meter => _meter;

    public void PeerChanged(PeerChange change) => _peers.Add(1, new KeyValuePair<string, object?>("change", WordOf(change)));

    public void RolledBack() => _rollbacks.Add(1);

    /// <summary>What an alert may rest on is there from the start, at 0; once somebody listens.</summary>
    public void Begin()
    {
        _deaths.Add(0);
        _suspensions.Add(0);
        _rollbacks.Add(0);
        foreach (var change in Enum.GetValues<PeerChange>())
        {
            _peers.Add(0, new KeyValuePair<string, object?>("change", WordOf(change)));
        }
    }

    public void Beat(TimeSpan took) => _beat.Record(took.TotalSeconds);

    public void Condemned() => _deaths.Add(1);

    public void Suspended() => _suspensions.Add(1);

    private static string WordOf(PeerChange change) => change switch
    {
        PeerChange.Joined => "joined",
        PeerChange.Left => "left",
        PeerChange.Unreachable => "unreachable",
        _ => "reachable",
    };

    public void Dispose() => _meter.Dispose();
}
