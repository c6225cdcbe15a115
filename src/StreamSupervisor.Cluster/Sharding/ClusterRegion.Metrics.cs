using System.Diagnostics.Metrics;
using StreamSupervisor.Cluster.Observability;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>The instruments of forwarding, on the kernel's meter.</summary>
internal sealed class ForwardMetrics : IDisposable
{
    private readonly Meter _meter = new(KernelMetrics.MeterName);
    private readonly Histogram<double> _duration;

    public ForwardMetrics() => _duration = _meter.CreateHistogram<double>("streamsupervisor.forward.duration", "s",
        "Time of a question that was passed to the member that owns the entity, by its outcome.");

    public void Forwarded(bool notOwner, AskStatus status, TimeSpan took) =>
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", notOwner ? "not-owner" : Name(status)));

    /// <summary>Whoever asked went away before there was an answer.</summary>
    public void Withdrawn(TimeSpan took) => _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", "withdrawn"));

    public void Dispose() => _meter.Dispose();

    private static string Name(AskStatus status) => status switch
    {
        AskStatus.Answered => "answered",
        AskStatus.Overloaded => "overloaded",
        AskStatus.Failed => "failed",
        AskStatus.Unavailable => "unavailable",
        _ => "unknown",
    };
}
