using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging.Console;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>What is logged, and in which form: one line for each matter, times in UTC.</summary>
internal static class LogSetup
{
    private const string Time = "yyyy-MM-dd HH:mm:ss.fff ";

    /// <param name="logging">Of the web server, or of the actors.</param>
    /// <param name="log">The settings.</param>
    /// <param name="traced">Whether traces are exported.</param>
    public static void Configure(ILoggingBuilder logging, LogOptions log, bool traced)
    {
        logging.ClearProviders();
        switch (log.Format)
        {
            case "json":
                logging.AddJsonConsole(console =>
                {
                    console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                    console.UseUtcTimestamp = true;
                    console.JsonWriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                });
                break;
            case "systemd":
                logging.AddSystemdConsole();
                break;
            default:
                logging.AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.TimestampFormat = Time;
                    console.UseUtcTimestamp = true;
                    console.ColorBehavior = LoggerColorBehavior.Default;
                });
                break;
        }

        var level = Enum.Parse<LogLevel>(log.Level, ignoreCase: true);
        var frameworks = level > LogLevel.Warning ? level : LogLevel.Warning;
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", frameworks);
        logging.AddFilter("Akka", frameworks);

        // Says five times a second that it waits, from the start to the first coordinator.
        logging.AddFilter("Akka.Cluster.Sharding", LogLevel.Error);
        logging.AddFilter("System.Net.Http", frameworks);
        logging.AddFilter("Polly", LogLevel.Error);

        // Writes a stack trace for a port in use, which the command says in a sentence; what ends the process is still told, as critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (!traced)
        {
            // Says nothing at this level, but makes an activity and a scope for each request as long as it may; only traces need them.
            logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }
    }
}
