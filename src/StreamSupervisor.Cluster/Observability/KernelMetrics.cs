using System.Diagnostics.Metrics;

namespace StreamSupervisor.Cluster.Observability;

/// <summary>The kernel's instruments, on a meter of this name. One set for each region.</summary>
internal sealed class KernelMetrics : IDisposable
{
    public const string MeterName = "StreamSupervisor.Cluster";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _appendDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _faults;

    public KernelMetrics(KernelDepths depths)
    {
        _appendDuration = _meter.CreateHistogram<double>("streamsupervisor.journal.append.duration", "s", "Time of one batch at the store.");
        _batchSize = _meter.CreateHistogram<int>("streamsupervisor.journal.batch.size", "{request}", "Changes of entities in one batch.");
        _rejected = _meter.CreateCounter<long>("streamsupervisor.mailbox.rejected", "{message}", "Messages refused because a queue was full.");
        _recoveries = _meter.CreateCounter<long>("streamsupervisor.entity.recoveries", "{entity}", "Entities loaded from the journal.");
        _faults = _meter.CreateCounter<long>("streamsupervisor.entity.faults", "{fault}", "Messages and recoveries that threw.");
        _meter.CreateObservableGauge("streamsupervisor.entities", depths.Entities, "{entity}", "Entities in memory.");
        _meter.CreateObservableGauge("streamsupervisor.entities.quarantined", depths.Quarantined, "{entity}", "Entities in quarantine: they answer nobody.");
        _meter.CreateObservableGauge("streamsupervisor.mailbox.open", depths.MailboxOpen, "{message}", "Messages in mailboxes, under decision or being written.");
        _meter.CreateObservableGauge("streamsupervisor.journal.waiting", depths.AppendsWaiting, "{request}", "Changes that wait for the next batch.");
        _meter.CreateObservableGauge("streamsupervisor.effects.open", depths.EffectsOpen, "{effect}", "Effects in the outbox: ordered and not yet reported done.");
        _meter.CreateObservableGauge("streamsupervisor.effects.running", depths.EffectsRunning, "{effect}", "Effects that run now.");
        _meter.CreateObservableGauge("streamsupervisor.wakeups.pending", depths.Wakeups, "{wakeup}", "Deadlines armed.");
        _meter.CreateObservableGauge("streamsupervisor.shards.serving", depths.ShardsServing, "{shard}", "Shards that this member answers for.");
    }

    public Meter Meter => _meter;

    public void Appended(int requests, TimeSpan took)
    {
        _appendDuration.Record(took.TotalSeconds);
        _batchSize.Record(requests);
    }

    public void Rejected() => _rejected.Add(1);

    public void Recovered() => _recoveries.Add(1);

    public void Faulted() => _faults.Add(1);

    public void Dispose() => _meter.Dispose();
}
