using System.Diagnostics.Metrics;
using System.Text.Json;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Peers;

/// <summary>
/// What is measured between members, besides the questions that are passed on: those the kernel measures (<c>streamsupervisor.forward.duration</c>),
/// whatever the way to the other member is. Stream keys are never labels.
/// </summary>
internal static class PeerTelemetry
{
    private static readonly Counter<long> Messages = Telemetry.Meter.CreateCounter<long>("streamsupervisor.peers.messages", "{message}",
        "Messages to other members that nobody waits for, by kind and result.");

    private static readonly Counter<long> Strangers = Telemetry.Meter.CreateCounter<long>("streamsupervisor.peers.rejected", "{request}",
        "Requests at the members' listener that were not signed by a member, or not in time, by reason.");

    public static void Sent(string kind, string result, int count = 1) => Messages.Add(count, new("kind", kind), new("result", result));

    public static void Rejected(PeerVerdict verdict) =>
        Strangers.Add(1, new KeyValuePair<string, object?>("reason", JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.ToString())));
}
