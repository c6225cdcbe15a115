using Microsoft.Extensions.Logging;

namespace StreamSupervisor.Tests.Hooks;

/// <summary>A log as a list of its lines.</summary>
internal class LogLines : ILogger
{
    public List<string> All { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
}

/// <inheritdoc/>
internal sealed class LogLines<T> : LogLines, ILogger<T>;
