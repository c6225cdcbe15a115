using System.Diagnostics.Metrics;
using StreamSupervisor.Cluster.Observability;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>The instruments of forwarding, on the kernel's meter.</summary>
internal sealed class ForwardMetrics : IDisposable
{
    private readonly Meter _meter = new(KernelMetrics.MeterName);
    private readonly Histogram<double> _duration;

    public ForwardMetrics() =>
        _duration = _meter.CreateHistogram<double>("streamsupervisor.forward.duration", "s", "Time of one question at another member, by its outcome");

    public void Forwarded(string outcome, TimeSpan took) => _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => _meter.Dispose();
}
