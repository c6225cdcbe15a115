using System.Diagnostics.Metrics;
using StreamSupervisor.Cluster.Observability;

namespace StreamSupervisor.Cluster.Membership;

/// <summary>A member's instruments, on the kernel's meter.</summary>
internal sealed class MemberMetrics : IDisposable
{
    private readonly Meter _meter = new(KernelMetrics.MeterName);
    private readonly Histogram<double> _renewal;
    private readonly Counter<long> _handoffs;
    private readonly Counter<long> _grabs;
    private readonly Counter<long> _deaths;
    private readonly Counter<long> _suspensions;

    public MemberMetrics(Func<double> leaseAge, Func<int> owned, Func<int> members)
    {
        _meter.CreateObservableGauge("streamsupervisor.lease.age", leaseAge, "s", "Time since the last renewal was sent that succeeded.");
        _meter.CreateObservableGauge("streamsupervisor.shards.owned", owned, "{shard}", "Shards that the map gives to this member.");
        _meter.CreateObservableGauge("streamsupervisor.members", members, "{member}", "Members alive, this one included.");
        _renewal = _meter.CreateHistogram<double>("streamsupervisor.lease.renewal.duration", "s", "Time of one renewal at the store.");
        _handoffs = _meter.CreateCounter<long>("streamsupervisor.shards.handoffs", "{shard}", "Shards passed to another member as planned.");
        _grabs = _meter.CreateCounter<long>("streamsupervisor.shards.grabs", "{shard}", "Shards taken that nobody alive owned.");
        _deaths = _meter.CreateCounter<long>("streamsupervisor.members.deaths", "{member}", "Members that this one declared dead.");
        _suspensions = _meter.CreateCounter<long>("streamsupervisor.lease.suspensions", "{suspension}", "Times that serving stopped because the lease was not renewed.");
    }

    public void Renewed(TimeSpan took) => _renewal.Record(took.TotalSeconds);

    public void HandedOff() => _handoffs.Add(1);

    public void Grabbed(int shards) => _grabs.Add(shards);

    public void DeclaredDead() => _deaths.Add(1);

    public void Suspended() => _suspensions.Add(1);

    public void Dispose() => _meter.Dispose();
}
