using OpenTelemetry;
using OpenTelemetry.Exporter;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// Sends the lines of the log to the collector too, each with the trace that it belongs to. One for the whole program: the web server and
/// the actors have a log each, and one ends before the other.
/// <para>
/// How it can fail: a collector that does not answer costs its lines and nothing else. At most <see cref="MostWaiting"/> wait, further ones
/// are dropped; whoever logs never waits.
/// </para>
/// <para>
/// Scopes are left out: those of the web server hold the path of a request, and the path of a hook holds its token.
/// </para>
/// </summary>
internal sealed class OtlpLogs : IDisposable
{
    /// <summary>Some hundred bytes each: a burst of a whole platform's takeovers, and about a megabyte.</summary>
    private const int MostWaiting = 2048;
    private const int MostInBatch = 512;

    /// <summary>Between two batches. A line is wanted soon after it was written.</summary>
    private const int PauseMilliseconds = 1000;

    private readonly BatchLogRecordExportProcessor _queue;
    private readonly ILoggerFactory _loggers;

    /// <param name="options">With an endpoint.</param>
    /// <param name="member">This member's name, as people know it.</param>
    private OtlpLogs(OtlpOptions options, string member)
    {
        _queue = new BatchLogRecordExportProcessor(new OtlpLogExporter(OtlpExport.ExporterOf(options, "v1/logs")), MostWaiting,
            PauseMilliseconds, (int)options.Timeout.TotalMilliseconds, MostInBatch);
        _loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Trace) // those who log through it have filtered already
            .AddOpenTelemetry(exported =>
            {
                exported.IncludeFormattedMessage = true;
                exported.IncludeScopes = false;
                exported.SetResourceBuilder(OtlpExport.ResourceOf(member)).AddProcessor(_queue);
            }));
    }

    /// <summary>Null where nobody wants them.</summary>
    public static OtlpLogs? Start(SupervisorOptions options) =>
        options.Telemetry.Otlp is { IsOn: true, Logs: true } otlp ? new OtlpLogs(otlp, options.Cluster.EffectiveName) : null;

    /// <summary>From now on what is logged there is sent too, from the levels on that it has.</summary>
    public void AddTo(ILoggingBuilder logging) => logging.AddProvider(new Door(_loggers));

    /// <summary>Sends what waits, for as long as a program that ends has time.</summary>
    public void Dispose()
    {
        _queue.Shutdown(OtlpExport.LastWordsMilliseconds);
        _loggers.Dispose();
    }

    /// <summary>Of one of the logs; that log's end is not the end of the others.</summary>
    private sealed class Door(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
            // The sender ends by itself, after all logs.
        }
    }
}
