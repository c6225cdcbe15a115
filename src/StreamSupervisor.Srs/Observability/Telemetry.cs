using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace StreamSupervisor.Srs.Observability;

/// <summary>What the program's instruments and spans come from, and what exporters subscribe to.</summary>
internal static class Telemetry
{
    /// <summary>The program's own meter, and the name of the one source of all spans.</summary>
    public const string Name = "StreamSupervisor";

    /// <summary>The meters that exporters listen to.</summary>
    public static readonly IReadOnlyList<string> Meters = [Name];

    public static readonly Meter Meter = new(Name);
    public static readonly ActivitySource Spans = new(Name);
}
