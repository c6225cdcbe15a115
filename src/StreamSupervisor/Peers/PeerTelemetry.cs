using System.Diagnostics.Metrics;

namespace StreamSupervisor.Peers;

/// <summary>What is measured between members. Stream keys are never labels.</summary>
internal static class PeerTelemetry
{
    private static readonly Meter Meter = new("StreamSupervisor");

    private static readonly Histogram<double> Asks = Meter.CreateHistogram<double>("streamsupervisor.peers.forward.duration", "s",
        "Time of a question that was passed to the member that owns the stream, by result.");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("streamsupervisor.peers.messages",
        description: "Messages to other members that nobody waits for, by kind and result.");

    private static readonly Counter<long> Strangers = Meter.CreateCounter<long>("streamsupervisor.peers.rejected",
        description: "Requests at the members' listener that were not signed by a member, or not in time, by reason.");

    public static void Asked(string result, TimeSpan took) => Asks.Record(took.TotalSeconds, new KeyValuePair<string, object?>("result", result));

    public static void Sent(string kind, string result, int count = 1) => Messages.Add(count, new("kind", kind), new("result", result));

    public static void Rejected(PeerVerdict verdict) =>
        Strangers.Add(1, new KeyValuePair<string, object?>("reason", System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.ToString())));
}
