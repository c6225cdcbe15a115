using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using StreamSupervisor.IntegrationTests.Dashboard;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Manual;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.BrowserTests;

/// <summary>What holds of every page: everybody can use it, in both languages, colours and sizes, and it weighs little.</summary>
[Collection(Browser.Name)]
public sealed class EveryPageTests(Browser browser) : IAsyncLifetime
{
    private const int Ways = 8;
    private static readonly bool s_everyWay = Environment.GetEnvironmentVariable("BROWSER_EVERY_WAY") is not null;
    private const int MostOfAFirstVisit = 40 * 1024;
    private const string Key = "operate-operate-operate";

    /// <summary>States of pages beside those that the navigation leads to.</summary>
    private static readonly string[] Further =
    [
        "?state=all&q=nobody", "/streams/-/live/cam", "/streams/-/live/cam?order=release", "/streams/-/live/locked", "/nothing",
        .. s_everyWay ? ManualBook.Names.Select(name => $"/manual/{name}") : ["/manual/settings", "/manual/troubleshoot", "/manual/encoders"],
        .. AlertPages.Names.Take(s_everyWay ? int.MaxValue : 1).Select(name => $"/manual/alerts/{name}"),
    ];

    private Platform _platform = null!;

    public async Task InitializeAsync()
    {
        var keys = new ApiOptions { Keys = [new() { Name = "ops", Key = Key, Role = "operate" }] };
        _platform = await Platform.StartAsync(new PlatformSettings { Api = keys, Dashboard = new() { MaxFeeds = 2 } }, SrsModel.V6, SrsModel.V7);
        await _platform.PublishAsync(_platform.Srs[0], "live/cam");
        await _platform.PublishAsync(_platform.Srs[0], "live/cam");
        await (await _platform.PublishAsync(_platform.Srs[1], "live/lost")).HangUpAsync();
        await _platform.OrderAsync("live/locked", "lock", "a rehearsal");
    }

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    /// <summary>Each page in one of the eight ways, and each way on some page; <c>BROWSER_EVERY_WAY=1</c>: each page in each way, 5 minutes.</summary>
    [BrowserFact]
    public async Task Everybody_can_use_it_in_both_languages_in_light_and_dark_on_a_wall_and_on_a_phone()
    {
        List<string> found = [];
        foreach (var width in new[] { 1280, 390 })
        {
            await using var visitor = await browser.VisitorAsync(_platform.Address, new() { ViewportSize = new() { Width = width, Height = 800 } });
            await visitor.GoAsync();
            found.AddRange(await FindingsAsync(visitor, $"sign in, {width}"));
            await SignInAsync(visitor);
            var pages = (await visitor.Page.Locator("header nav a").EvaluateAllAsync<string[]>("links => links.map(link => link.pathname)"))
                .Select(path => path["/ui".Length..]).Concat(Further).ToList();
            foreach (var language in new[] { "en", "zh" })
            {
                var way = (width == 390 ? 4 : 0) + (language == "zh" ? 2 : 0);
                await visitor.Page.Context.AddCookiesAsync([new Cookie { Name = "language", Value = language, Url = _platform.Address + "/ui" }]);
                foreach (var page in pages)
                {
                    var schemes = new[] { ColorScheme.Light, ColorScheme.Dark }
                        .Where((_, dark) => s_everyWay || (pages.IndexOf(page) + way + dark) % Ways == 0).ToArray();
                    if (schemes.Length == 0)
                    {
                        continue;
                    }

                    await visitor.GoAsync(page);
                    foreach (var scheme in schemes)
                    {
                        await visitor.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                        found.AddRange(await FindingsAsync(visitor, $"{page}, {width}, {language}, {scheme}"));
                    }

                    (await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, $"{page} in {language}");
                }

                if (s_everyWay || (width == 390) == (language == "zh"))
                {
                    await visitor.GoAsync("?state=all");
                    await visitor.Page.Locator("[name=s]").First.CheckAsync();
                    await visitor.Page.Locator("[name=s]").Last.CheckAsync();
                    await visitor.Page.ClickAsync("#chosen button[value=lock]");
                    await visitor.Page.Locator("#orders-why").WaitForAsync();
                    found.AddRange(await FindingsAsync(visitor, $"an order for two, {width}, {language}"));
                }
            }
        }

        string.Join("\n", found).ShouldBe("");
    }

    [BrowserFact]
    public async Task A_first_visit_with_signing_in_weighs_little()
    {
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await SignInAsync(visitor);
        await visitor.SaysAsync("live");
        var first = await visitor.AnswersAsync();
        first.Sum(answer => answer.Size).ShouldBeLessThan(MostOfAFirstVisit, string.Join("\n", first));
    }

    [BrowserFact]
    public async Task A_person_chooses_language_and_colours_and_the_page_keeps_to_it()
    {
        await using var visitor = await browser.VisitorAsync(_platform.Address, new() { Locale = "zh-CN" });
        await visitor.GoAsync();
        (await visitor.Page.TitleAsync()).ShouldStartWith("登录");
        await SignInAsync(visitor);
        await visitor.ShowsAsync("nav", "流");
        await visitor.Page.ClickAsync("button[value=dark]");
        await visitor.Page.Locator("html[data-theme=dark]").WaitForAsync();
        await visitor.Page.ClickAsync("button[value=en]");
        await visitor.Page.Locator("html[lang=en][data-theme=dark]").WaitForAsync();
        await visitor.ShowsAsync("nav", "Streams");
    }

    [BrowserFact]
    public async Task A_paused_page_shows_what_has_changed_when_it_goes_on()
    {
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await SignInAsync(visitor);
        await visitor.SaysAsync("live");
        await visitor.Page.ClickAsync("#pause");
        await visitor.SaysAsync("paused");
        await _platform.OrderAsync("live/new", "lock", "while it is paused");
        await visitor.Page.ClickAsync("#pause");
        await visitor.SaysAsync("live");
        await visitor.ShowsAsync("#streams", "while it is paused");
    }

    [BrowserFact]
    public async Task A_page_out_of_sight_gives_its_place_away_and_one_without_a_place_says_so_and_is_loaded_now_and_then()
    {
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        using var other = new PageClient(_platform.Address);
        await other.SignInAsync(Key);
        using var first = await other.FeedAsync();
        await SignInAsync(visitor);
        await visitor.SaysAsync("live");
        (await FirstAsync()).ShouldBe("event: full");

        await visitor.Page.EvaluateAsync("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }); document.dispatchEvent(new Event('visibilitychange'))");
        await visitor.SaysAsync("paused");
        StreamReader? feed = null;
        await Eventually.HoldsAsync("the place is free", async () => await (feed = await other.FeedAsync()).ReadLineAsync() == "event: still-here");
        await _platform.OrderAsync("live/new", "lock", "out of sight");
        await visitor.Page.EvaluateAsync("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
        await visitor.SaysAsync("slow");
        await visitor.ShowsAsync("#streams", "out of sight");
        feed!.Dispose();

        async Task<string?> FirstAsync()
        {
            using var lines = await other.FeedAsync();
            return await lines.ReadLineAsync();
        }
    }

    private async Task SignInAsync(Visitor visitor)
    {
        await visitor.GoAsync();
        await visitor.Page.FillAsync("#key", Key);
        await visitor.Page.PressAsync("#key", "Enter");
        await visitor.Page.Locator("#counts").WaitForAsync();
    }

    private static async Task<IEnumerable<string>> FindingsAsync(Visitor visitor, string where) =>
        (await visitor.Page.RunAxe()).Violations.Select(violation =>
            $"{where}: {violation.Id}, {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}");
}
