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

/// <summary>Passes Akka's log lines on, one level lower for what Akka calls information: it tells of its own insides, and we tell of members.</summary>
public sealed class AkkaLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly ILoggerFactory _loggers =
        Context.System.Settings.Setup.Get<AkkaLoggerSetup>() is { HasValue: true } setup ? setup.Value.Loggers : Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    public AkkaLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(line => _loggers.CreateLogger(line.LogClass?.FullName ?? "Akka").Log(LevelOf(line), line.Cause, "{Source}: {Line}", line.LogSource, line.Message));
    }

    private static LogLevel LevelOf(LogEvent line) => line.LogLevel() switch
    {
        Akka.Event.LogLevel.ErrorLevel => LogLevel.Error,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
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
