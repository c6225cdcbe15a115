using StreamSupervisor.Commands;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Tests.Commands;

/// <summary>What a screen shows, and that only a screen is drawn on.</summary>
public sealed class TopCommandTests
{
    private static readonly OverviewView Quiet = new(
        new DateTimeOffset(2026, 7, 4, 12, 0, 0, TimeSpan.Zero), new StreamCountsView(2, 0, 1, 7, 0, 0), new OriginCountsView(2, 0, 0, 0, 0),
        new MemberCountsView(3, 0, 0, 0, 0), new TroubleView(0, 0, 0, 0, 0, 0), new LastMinuteView(5, 1, 2, 0));

    [Fact]
    public void Where_nothing_is_wrong_six_lines_say_so() => StatusText.LinesOf(Quiet).ShouldBe(
    [
        "streams      2 live, 0 handover, 1 interrupted, 7 idle",
        "origins      2 up, 0 down",
        "members      3 up, 0 dead",
        "trouble      none",
        "last minute  5 admitted, 1 refused, 2 taken over",
        "counted      2026-07-04 12:00:00Z",
    ]);

    [Fact]
    public void What_is_wrong_is_named()
    {
        var troubled = Quiet with
        {
            Trouble = new TroubleView(1, 2, 0, 3, 0, 4), Origins = new OriginCountsView(0, 1, 1, 0, 1),
            Members = new MemberCountsView(1, 0, 0, 1, 1), LastMinute = new LastMinuteView(0, 0, 0, 1),
        };

        string.Join('\n', StatusText.LinesOf(troubled)).ShouldContain(
            "trouble      streams: 1 in a fight, 2 wedged, 3 quarantined, 4 published for nobody");
        string.Join('\n', StatusText.LinesOf(troubled)).ShouldContain("members      1 up, 1 dead, 1 not heard");
        string.Join('\n', StatusText.LinesOf(troubled)).ShouldContain("without 1 member that did not answer");
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 12)]
    [InlineData(10, 3)]
    public void A_frame_never_leaves_its_screen(int width, int height)
    {
        var streams = Enumerable.Range(1, 30).Select(number => Stream($"直播间-{number}")).ToList();
        var frame = new TopCommand.Frame(Quiet with { Streams = Quiet.Streams with { Live = 30 } }, streams);

        var lines = TopCommand.LinesOf(frame, "No supervisor answers.", width, height);

        lines.Count.ShouldBeLessThanOrEqualTo(height);
        lines.ShouldAllBe(line => Cells.WidthOf(line) <= width);
    }

    [Fact]
    public void Streams_that_find_no_room_are_counted()
    {
        var streams = Enumerable.Range(1, 30).Select(number => Stream($"cam{number}")).ToList();
        var frame = new TopCommand.Frame(Quiet with { Streams = new StreamCountsView(30, 0, 0, 0, 0, 0) }, streams);

        var lines = TopCommand.LinesOf(frame, "", 120, 20);

        lines[^1].ShouldBe("and 19 streams more; Ctrl+C ends");
        lines.Count.ShouldBe(20);
    }

    [Fact]
    public async Task It_draws_on_a_terminal_only_and_says_what_to_take_instead()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await CommandTree.RunAsync(["top", "--server", "http://127.0.0.1:1"], output, error);

        (code, output.ToString()).ShouldBe((ExitCodes.Usage, ""));
        error.ToString().Trim().ShouldBe("top draws on a terminal, and this output is none. "
            + "For a file or a pipe take 'status', 'streams -o json' or 'streams --watch'.");
    }

    private static StreamView Stream(string name) =>
        new(new StreamKeyView("__defaultVhost__", "live", name), "live", 1, null, null, [], null, null, null, [], null, null);
}
