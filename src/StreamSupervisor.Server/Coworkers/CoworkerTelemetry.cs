using System.Diagnostics.Metrics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Coworkers;

/// <summary>What is measured of questions where a stream is.</summary>
internal static class CoworkerTelemetry
{
    private static readonly Counter<long> Questions = Telemetry.Meter.CreateCounter<long>("streamsupervisor.coworkers.questions", null,
        "Questions of SRS servers where a stream is that nobody publishes to them, by what they were told.");

    public static void Answered(StreamLocation location) => Questions.Add(1, new KeyValuePair<string, object?>("answer", location switch
    {
        StreamLocation.On => "redirected",
        StreamLocation.Stay { Why: StayReason.Here } => "here",
        StreamLocation.Stay { Why: StayReason.OutOfReach } => "out-of-reach",
        StreamLocation.Stay => "nobody",
        _ => "undecided",
    }));
}
