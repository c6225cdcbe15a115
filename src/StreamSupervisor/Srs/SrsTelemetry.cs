using System.Diagnostics.Metrics;

namespace StreamSupervisor.Srs;

/// <summary>What is measured of our calls to SRS. Stream keys are never labels.</summary>
internal static class SrsTelemetry
{
    private static readonly Meter Meter = new("StreamSupervisor");

    private static readonly Histogram<double> Calls = Meter.CreateHistogram<double>("streamsupervisor.srs.api.duration", "s",
        "Time of a call to an SRS server, its retry included.");

    public static void ApiCalled(string origin, string method, string result, TimeSpan took) => Calls.Record(took.TotalSeconds,
        new("origin", origin), new("method", method), new("result", result));
}
