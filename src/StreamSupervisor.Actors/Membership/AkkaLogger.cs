using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace StreamSupervisor.Actors.Membership;

/// <summary>Where Akka's log lines go.</summary>
public sealed class AkkaLoggerSetup(ILoggerFactory loggers) : Setup
{
    internal ILoggerFactory Loggers => loggers;
}

/// <summary>
/// Passes Akka's log lines on. Its information is our debug, since it tells of its own insides and we tell of members; and what its remoting warns of, at each
/// try to reach a member that is gone, is passed on as a warning once a minute and as debug between.
/// </summary>
public sealed class AkkaLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private readonly ILoggerFactory _loggers =
        Context.System.Settings.Setup.Get<AkkaLoggerSetup>() is { HasValue: true } setup ? setup.Value.Loggers : Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    private readonly Dictionary<Type, TimeSpan> _told = [];

    public AkkaLogger()
    {
        var clock = Context.System.Scheduler;
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(line => _loggers.CreateLogger(line.LogClass?.FullName ?? "Akka")
            .Log(LevelOf(line, clock.MonotonicClock), IsRemoting(line) ? null : line.Cause, "{Source}: {Line}", line.LogSource, line.Message));
    }

    private LogLevel LevelOf(LogEvent line, TimeSpan now) => line.LogLevel() switch
    {
        Akka.Event.LogLevel.InfoLevel => LogLevel.Debug,
        Akka.Event.LogLevel.DebugLevel => LogLevel.Trace,
        _ when IsRemoting(line) => IsNews(line.LogClass, now) ? LogLevel.Warning : LogLevel.Debug,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static bool IsRemoting(LogEvent line) => IsRemoting(line.LogClass) || IsRemoting(line.Cause?.GetType());

    private static bool IsRemoting(Type? type) => type?.Namespace?.StartsWith("Akka.Remote", StringComparison.Ordinal) == true;

    private bool IsNews(Type source, TimeSpan now)
    {
        if (_told.TryGetValue(source, out var last) && now - last < Again)
        {
            return false;
        }

        _told[source] = now;
        return true;
    }
}

/// <summary>Takes what Akka would write to the console before its loggers start and after they stopped.</summary>
#pragma warning disable MA0097 // The comparison is of Akka's actor references.
public sealed class SilentLogger : MinimalLogger
#pragma warning restore MA0097
{
    protected override void Log(object message)
    {
    }
}
