using System.Diagnostics.Metrics;

using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Srs.Api;

/// <summary>What is measured of our calls to SRS. Stream keys are never labels.</summary>
internal static class SrsTelemetry
{
    private static readonly Histogram<double> Calls = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.srs.api.duration", "s",
        "Time of a call to an SRS server, its retry included, by method and result.");

    public static void ApiCalled(string origin, string method, string result, TimeSpan took) => Calls.Record(took.TotalSeconds,
        new("origin", origin), new("method", method), new("result", result));
}
