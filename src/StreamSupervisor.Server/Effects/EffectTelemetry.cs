using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Effects;

/// <summary>What is measured of evictions. Stream keys are never labels.</summary>
internal static class EffectTelemetry
{
    private static readonly Histogram<double> Releases = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.eviction.duration", "s",
        "Time from the begin of an eviction to the proof that the session is gone, by the proof.");

    private static readonly Counter<long> Kicks = Telemetry.Meter.CreateCounter<long>("streamsupervisor.kicks", "{kick}",
        "DELETE requests sent to an SRS server.");

    /// <summary>Counts a DELETE that is about to be sent.</summary>
    /// <returns>Its span; null when nobody traces.</returns>
    public static Activity? Kick(string origin)
    {
        Kicks.Add(1, new KeyValuePair<string, object?>("origin", origin));
        return Telemetry.Spans.HasListeners() && Activity.Current is not null
            ? Telemetry.Spans.StartActivity("kick", ActivityKind.Client)?.SetTag("origin", origin)
            : null;
    }

    public static void Released(string origin, ReleaseProof proof, TimeSpan took) =>
        Releases.Record(took.TotalSeconds, new("origin", origin), new("proof", Name(proof)));

    private static string Name(ReleaseProof proof) => proof switch
    {
        ReleaseProof.ClientGone => "client-gone",
        ReleaseProof.Closed => "closed",
        ReleaseProof.ProcessReplaced => "process-replaced",
        _ => "unknown",
    };
}
