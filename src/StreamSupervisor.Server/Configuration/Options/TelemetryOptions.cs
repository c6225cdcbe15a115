using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration;

/// <summary><c>telemetry</c>: metrics, traces and log lines that are sent instead of fetched.</summary>
public sealed class TelemetryOptions
{
    public OtlpOptions Otlp { get; init; } = new();
}

/// <summary><c>telemetry.otlp</c>: to an OpenTelemetry collector.</summary>
public sealed class OtlpOptions
{
    /// <summary>Its base address; empty: nothing is sent and nothing is traced.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary><c>http/protobuf</c> or <c>grpc</c>.</summary>
    public string Protocol { get; init; } = "http/protobuf";

    /// <summary>Sent along, for a collector that asks who is there: <c>name=value,name=value</c>.</summary>
    [Secret]
    public string Headers { get; init; } = "";

    /// <summary>Time between two batches of metrics.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For one request to the collector.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Of a hundred clients of SRS so many are traced, with all their hooks. A caller that traces decides for its own.</summary>
    public int TracePercent { get; init; } = 100;

    /// <summary>Whether the lines of the log are sent too, from <c>log.level</c> on.</summary>
    public bool Logs { get; init; }

    internal bool IsOn => Endpoint.Length > 0;
}
