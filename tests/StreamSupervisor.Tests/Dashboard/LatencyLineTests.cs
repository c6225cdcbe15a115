using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Tests.Dashboard;

public class LatencyLineTests
{
    [Fact]
    public async Task The_slowest_list_reaches_the_top_and_the_newest_is_at_the_right()
    {
        var page = await ShowAsync(10, 40, 20);

        page.ValuesOf("points").ShouldBe(["1,14.5 48,1 95,10"]);
        page.ValuesOf("aria-label").ShouldContain(label => label.EndsWith("10 ms, 40 ms, 20 ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_always_answers_at_once_has_a_line_at_the_bottom() =>
        (await ShowAsync(0, 1)).ValuesOf("points").ShouldBe(["1,19 95,17.2"]);

    [Fact]
    public async Task One_list_is_no_line() => (await ShowAsync(12)).Elements.ShouldNotContain("polyline");

    private static Task<RenderedPage> ShowAsync(params int[] milliseconds) => RenderedPage.PageAsync<Server.Dashboard.Pages.Origins>(
        RenderedPage.Context(PageLanguage.En),
        ("Cards", (IReadOnlyList<OriginCard>)
        [
            new OriginCard(
                new OriginView("srs-1", "http://127.0.0.1:1985", "up", "6.0.157", "vid", "svc", 1, RenderedPage.Now, null, []),
                CallOrder.Of(new SrsVersion(6, 0, 157)), [.. milliseconds.Select(took => TimeSpan.FromMilliseconds(took))], 0, 0, null, []),
        ]));
}
