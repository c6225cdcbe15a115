using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>What is logged, and in which form: one line for each matter, times in UTC.</summary>
internal static class LogSetup
{
    private const string Time = "yyyy-MM-dd HH:mm:ss.fff ";

    /// <param name="logging">Of the web server, or of the actors.</param>
    /// <param name="log">The settings.</param>
    /// <param name="levels">From which level on.</param>
    public static void Configure(ILoggingBuilder logging, LogOptions log, LogLevels levels)
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

        logging.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels);
        logging.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);
    }
}
