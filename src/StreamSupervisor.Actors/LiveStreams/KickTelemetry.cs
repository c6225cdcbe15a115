using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>What is measured of kicks, by the member that sends them.</summary>
internal static class KickTelemetry
{
    private static readonly Counter<long> Kicks = Telemetry.Meter.CreateCounter<long>("streamsupervisor.kicks", "{kick}",
        "DELETE requests sent to an SRS server.");

    /// <summary>The series of a server is there from the start.</summary>
    public static void Begin(string origin) => Kicks.Add(0, new KeyValuePair<string, object?>("origin", origin));

    /// <summary>Counts a DELETE that is about to be sent.</summary>
    /// <param name="eviction">The span around it; null when nobody traces.</param>
    /// <returns>Its span; null when nobody traces.</returns>
    public static Activity? Kick(string origin, Activity? eviction)
    {
        Kicks.Add(1, new KeyValuePair<string, object?>("origin", origin));
        return eviction is null
            ? null
            : Telemetry.Spans.StartActivity("kick", ActivityKind.Client, eviction.Context)?.SetTag("origin", origin);
    }
}
