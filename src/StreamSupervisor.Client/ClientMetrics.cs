using System.Diagnostics.Metrics;

namespace StreamSupervisor.Client;

/// <summary>What sessions count; listen to the meter <see cref="MeterName"/>.</summary>
public static class ClientMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "StreamSupervisor.Client";

    private static readonly Meter s_meter = new(MeterName);

    internal static readonly Counter<long> Registrations =
        s_meter.CreateCounter<long>("streamsupervisor.client.registrations", "{registration}",
        "Registrations by what came of them.");

    internal static readonly Counter<long> Losses =
        s_meter.CreateCounter<long>("streamsupervisor.client.losses", "{loss}", "Publishes that were lost, by whose fault it was.");

    internal static readonly Histogram<double> OffAir = s_meter.CreateHistogram<double>("streamsupervisor.client.off_air", "s",
        "From the loss of a publish to the start of the next one.");
}
