using Microsoft.AspNetCore.Http;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Hooks;

public class HookLogTests
{
    private readonly LogLines _lines = new();
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
    public void A_day_of_scanning_is_some_lines_and_the_first_after_a_quiet_time_comes_at_once()
    {
        var strangers = new StrangerLog("hook", "origins.hook-token", _time, _lines);
        for (var second = 0; second < 24 * 3600; second++)
        {
            strangers.Note(new DefaultHttpContext());
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _lines.All.Count.ShouldBeInRange(24, 160);
        _lines.All.Take(2).Select(line => line.Split(' ')[0]).ShouldBe(["1", "10"], "ten seconds after the first");
        _time.Advance(TimeSpan.FromMinutes(11));
        strangers.Note(new DefaultHttpContext());
        _lines.All[^1].ShouldContain("calls of hook addresses that don't exist");
        var before = _lines.All.Count;
        _time.Advance(TimeSpan.FromSeconds(10));
        strangers.Note(new DefaultHttpContext());
        _lines.All.Count.ShouldBe(before + 1);
    }

    [Fact]
    public void What_comes_a_little_more_rarely_than_the_lines_is_not_a_line_each_time()
    {
        var strangers = new StrangerLog("hook", "origins.hook-token", _time, _lines);
        for (var call = 0; call < 24 * 3600 / 11; call++)
        {
            strangers.Note(new DefaultHttpContext());
            _time.Advance(TimeSpan.FromSeconds(11));
        }

        _lines.All.Count.ShouldBeLessThan(160);
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
}
