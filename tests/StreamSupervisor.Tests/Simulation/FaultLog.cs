using Microsoft.Extensions.Logging;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Takes every log line that tells of a fault in the supervisor itself for a broken promise; all others cost nothing.</summary>
internal sealed class FaultLog(World world) : ILoggerFactory, ILogger
{
    private static readonly HashSet<string> Faults = ["ReacquireThrew", "BacklogUnreadable", "Conflict", "Restarting", "Quarantined", "ObserverThrew", "EffectThrew"];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if ((exception is not null && logLevel >= LogLevel.Error) || (eventId.Name is { } name && Faults.Contains(name)))
        {
            world.History.Break("A fault of the supervisor", "", $"{formatter(state, exception)}\n{exception}");
        }
    }

    public void Dispose()
    {
    }
}
