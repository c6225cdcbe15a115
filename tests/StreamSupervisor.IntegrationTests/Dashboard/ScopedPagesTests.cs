using System.Net;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>Pages of somebody whose key is for some streams: what it does not reach is nowhere in them, whoever looks at the same time.</summary>
public sealed class ScopedPagesTests : IAsyncLifetime
{
    private const string Operate = "operate-operate-operate";
    private const string TeamA = "team-a-team-a-team-a-team-a";

    private static readonly string[] Everywhere =
        ["/ui", "/ui?state=all", "/ui?sort=changed", "/ui/why?q=203.0.113.10", "/ui/origins", "/ui/trouble", "/ui/audit", "/ui/audit.csv", "/ui/streams/-/team-a/cam"];

    private Platform _platform = null!;
    private PageClient _mine = null!;
    private PageClient _all = null!;

    public async Task InitializeAsync()
    {
        var keys = new ApiOptions
        {
            Keys =
            [
                new() { Name = "ops", Key = Operate, Role = "operate" },
                new() { Name = "team-a", KeyHash = ApiKeyHash.TextOf(TeamA), Role = "viewer", Streams = { "team-a/*" } },
            ],
        };
        _platform = await Platform.StartAsync(new PlatformSettings { Api = keys }, SrsModel.V6);
        (_mine, _all) = (new PageClient(_platform.Address), new PageClient(_platform.Address));
        await _mine.SignInAsync(TeamA);
        await _all.SignInAsync(Operate);
        await _platform.PublishAsync(_platform.Srs[0], "team-a/cam");
        await _platform.PublishAsync(_platform.Srs[0], "team-b/unseen");
        await _platform.OrderAsync("team-b/unseen", "lock", "not for everybody");
        await Eventually.HoldsAsync("the list has both", async () =>
            (await _all.GetAsync("/ui")).Body is var page && page.Contains("team-b/unseen", StringComparison.Ordinal) && page.Contains("team-a/cam", StringComparison.Ordinal));
    }

    public async Task DisposeAsync()
    {
        _mine.Dispose();
        _all.Dispose();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_of_others_stands_in_any_page()
    {
        (await _mine.GetAsync("/ui")).Body.ShouldContain("team-a/cam");
        foreach (var path in Everywhere)
        {
            // As the script of a page fetches it, together with one who may see all: renderings are shared.
            var answers = await Task.WhenAll(_all.GetAsync(path, ("X-Refresh", "1")), _mine.GetAsync(path, ("X-Refresh", "1")), _mine.GetAsync(path));
            foreach (var mine in answers.Skip(1))
            {
                mine.Status.ShouldBe(HttpStatusCode.OK, path);
                mine.Body.ShouldNotContain("unseen", Case.Insensitive, path);
                mine.Body.ShouldNotContain("not for everybody", Case.Insensitive, path);
                mine.Body.ShouldNotContain("class=\"counts\"", Case.Insensitive, path);
            }
        }
    }

    [Theory]
    [InlineData("/ui/settings")]
    [InlineData("/ui/cluster")]
    [InlineData("/ui/streams/-/team-b/unseen")]
    [InlineData("/ui/why?key=team-b/unseen&client=x")]
    public async Task What_is_about_all_and_what_is_about_others_is_refused(string path) =>
        (await _mine.GetAsync(path)).Status.ShouldBe(HttpStatusCode.Forbidden);

    [Fact]
    public async Task The_feed_names_its_own_streams_only()
    {
        using var feed = await _mine.FeedAsync();
        (await NextAsync(feed, "still-here")).ShouldNotBeNull();
        await _platform.OrderAsync("team-b/unseen", "unlock", "a test");
        await _platform.OrderAsync("team-a/cam", "lock", "a test");
        (await NextAsync(feed, "changed")).ShouldBe("__defaultVhost__/team-a/cam");
    }

    private static async Task<string?> NextAsync(StreamReader feed, string type)
    {
        while (await feed.ReadLineAsync().WaitAsync(Eventually.Patience) is { } line)
        {
            if (line == $"event: {type}")
            {
                return (await feed.ReadLineAsync().WaitAsync(Eventually.Patience))?.Replace("data: ", "", StringComparison.Ordinal);
            }
        }

        return null;
    }
}
