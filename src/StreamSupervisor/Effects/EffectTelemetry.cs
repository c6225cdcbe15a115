using System.Diagnostics.Metrics;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Effects;

/// <summary>What is measured of evictions. Stream keys are never labels.</summary>
internal static class EffectTelemetry
{
    private static readonly Meter Meter = new("StreamSupervisor");

    private static readonly Histogram<double> Releases = Meter.CreateHistogram<double>("streamsupervisor.eviction.duration", "s",
        "Time from the begin of an eviction to the proof that the session is gone.");

    private static readonly Counter<long> Kicks = Meter.CreateCounter<long>("streamsupervisor.kicks", "{kick}",
        "DELETE requests sent to SRS.");

    public static void Kicked(string origin) => Kicks.Add(1, new KeyValuePair<string, object?>("origin", origin));

    public static void Released(string origin, ReleaseProof proof, TimeSpan took) =>
        Releases.Record(took.TotalSeconds, new("origin", origin), new("proof", proof.ToString()));
}
