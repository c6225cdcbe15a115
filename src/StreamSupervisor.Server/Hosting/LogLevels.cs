using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// From which level on each part is logged. It is an option of the logging framework that changes: that way every logger keeps its level as
/// a number, and asking it costs nothing.
/// </summary>
/// <param name="log">The settings.</param>
/// <param name="traced">Whether traces are exported.</param>
internal sealed class LogLevels(LogOptions log, bool traced) : IConfigureOptions<LoggerFilterOptions>,
    IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private volatile LogOptions _log = log;
    private ConfigurationReloadToken _changed = new();

    public string? Name => Options.DefaultName;

    /// <summary>This is the level from now on.</summary>
    public void Use(LogOptions next)
    {
        _log = next;
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
    }

    public IChangeToken GetChangeToken() => _changed;

    public void Configure(LoggerFilterOptions options)
    {
        var level = Enum.Parse<LogLevel>(_log.Level, ignoreCase: true);
        var frameworks = level > LogLevel.Warning ? level : LogLevel.Warning;
        options.MinLevel = level;
        options.AddFilter("Microsoft", frameworks);
        options.AddFilter("Akka", frameworks);

        // Says five times a second that it waits, from the start to the first coordinator.
        options.AddFilter("Akka.Cluster.Sharding", LogLevel.Error);
        options.AddFilter("System.Net.Http", frameworks);
        options.AddFilter("Polly", LogLevel.Error);

        // Writes a stack trace for a port in use, which the command says in a sentence; what ends the process is still told, as critical.
        options.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (!traced)
        {
            // Says nothing at this level, but makes an activity and a scope for each request as long as it may; only traces need them.
            options.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }
    }
}
