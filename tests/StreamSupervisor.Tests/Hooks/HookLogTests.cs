using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Hooks;

public class HookLogTests
{
    private readonly Lines _lines = new();
    private readonly VirtualTime _time = new();
    private readonly HookLog _log;

    public HookLogTests() => _log = new HookLog(_lines, _time);

    [Fact]
    public void A_thousand_hooks_that_cannot_be_read_are_two_lines_in_a_minute_and_the_second_says_how_many()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _log.Unreadable("srs-1", $"The body is no JSON: byte {i}.");
        }

        _lines.All.ShouldBe(["A hook at the address of srs-1 can't be read: The body is no JSON: byte 0."]);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Unreadable("srs-1", "The body is no JSON.");
        _lines.All[^1].ShouldBe("A hook at the address of srs-1 can't be read: The body is no JSON. (999 more since the last line.)");
        _lines.All.Count.ShouldBe(2);
    }

    [Fact]
    public void Another_server_and_another_fault_are_lines_of_their_own()
    {
        _log.Unreadable("srs-1", "no");
        _log.Unreadable("srs-2", "no");
        _log.WrongServer("srs-1", "OnPublish", "b", "a");
        _log.TooLongKey("srs-1", 600, 512);
        _lines.All.Count.ShouldBe(4);
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
