using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// Sends what <c>/metrics</c> shows, and the spans of hooks, to an OpenTelemetry collector. Exists only where one is configured: without it
/// nobody listens to the spans, and a span that nobody listens to is a look at a flag.
/// <para>
/// How it can fail: a collector that does not answer costs its data and nothing else; batches are bounded, no hook waits for them.
/// </para>
/// <para>
/// Only spans of our own are sent. Those of the web server hold the path of a request, and the path of a hook holds its token.
/// </para>
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>For the last batch when the program ends; a collector that is away must not keep it from ending.</summary>
    internal const int LastWordsMilliseconds = 2000;

    private readonly MeterProvider _metrics;
    private readonly TracerProvider? _traces;

    /// <param name="options">With an endpoint.</param>
    /// <param name="member">This member's name, as people know it.</param>
    public OtlpExport(OtlpOptions options, string member)
    {
        var resource = ResourceOf(member);
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter([.. Telemetry.Meters])
            .AddView(instrument => MetricFamily.IsHistogram(instrument)
                ? new ExplicitBucketHistogramConfiguration { Boundaries = MetricFamily.BoundsOf(instrument) }
                : null)
            .AddReader(new PeriodicExportingMetricReader(new OtlpMetricExporter(ExporterOf(options, "v1/metrics")),
                (int)options.Interval.TotalMilliseconds,
                (int)options.Timeout.TotalMilliseconds))
            .Build();
        if (options.TracePercent > 0)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(Telemetry.Name)
                .SetSampler(new ParentBasedSampler(new LinkedSampler(AttemptTrace.SamplerOf(options))))
                .AddProcessor(new BatchActivityExportProcessor(new OtlpTraceExporter(ExporterOf(options, "v1/traces"))))
                .Build();
        }
    }

    /// <summary>Null where nothing is configured.</summary>
    public static OtlpExport? Start(SupervisorOptions options) =>
        options.Telemetry.Otlp.IsOn ? new OtlpExport(options.Telemetry.Otlp, options.Cluster.EffectiveName) : null;

    /// <summary>Sends what has gathered, now.</summary>
    /// <returns>Whether the collector took it.</returns>
    public bool Flush() => _metrics.ForceFlush(LastWordsMilliseconds) & (_traces?.ForceFlush(LastWordsMilliseconds) ?? true);

    public void Dispose()
    {
        _traces?.Shutdown(LastWordsMilliseconds);
        _metrics.Shutdown(LastWordsMilliseconds);
        _traces?.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Who sends.</summary>
    internal static ResourceBuilder ResourceOf(string member) => ResourceBuilder.CreateDefault()
        .AddService("streamsupervisor", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3),
            serviceInstanceId: member);

    internal static OtlpExporterOptions ExporterOf(OtlpOptions options, string path) => new()
    {
        Protocol = options.Protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        Endpoint = new Uri(options.Protocol == "grpc" ? options.Endpoint : $"{options.Endpoint.TrimEnd('/')}/{path}"),
        Headers = options.Headers.Length > 0 ? options.Headers : null,
        TimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds,
    };
}
