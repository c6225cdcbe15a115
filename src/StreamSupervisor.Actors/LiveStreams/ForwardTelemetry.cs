using System.Diagnostics.Metrics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>What is measured of questions that another member answered: what a hook pays where its key is owned elsewhere.</summary>
internal static class ForwardTelemetry
{
    private static readonly Histogram<double> Forwards = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.forward.duration", "s",
        "Time of a question that was passed to the member that owns the entity, by its outcome.");

    /// <param name="took">From the first sending to the answer.</param>
    public static void Answered(TimeSpan took, AskStatus status) =>
        Forwards.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", WordOf(status)));

    private static string WordOf(AskStatus status) => status switch
    {
        AskStatus.Answered => "answered",
        AskStatus.Overloaded => "overloaded",
        AskStatus.Failed => "failed",
        AskStatus.Unavailable => "unavailable",
        _ => "unknown",
    };
}
