using System.Net;
using System.Text.RegularExpressions;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>The pages over HTTP, as a browser without script has them.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task The_list_shows_where_each_stream_is_and_leads_to_its_page()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6, SrsModel.V7);
        using var pages = new PageClient(platform.Address);
        var here = await platform.PublishAsync(platform.Srs[0], "live/here");
        var there = await platform.PublishAsync(platform.Srs[1], "live/there");
        await platform.OrderAsync("live/quiet", "lock", "a rehearsal");

        var list = await Eventually.BringsAsync("the list has all", async () =>
            (await pages.GetAsync("/ui")).Body is var body && RowsOf(body).Count == 3 ? body : null);
        RowsOf(list).ShouldBe(["live/here", "live/quiet", "live/there"]);
        list.ShouldContain(here.ClientId);
        list.ShouldContain(there.ClientId);
        list.ShouldContain("a rehearsal");
        RowsOf((await pages.GetAsync("/ui?state=live")).Body).ShouldBe(["live/here", "live/there"]);
        RowsOf((await pages.GetAsync("/ui?origin=srs-2")).Body).ShouldBe(["live/there"]);
        RowsOf((await pages.GetAsync("/ui?q=HERE")).Body).ShouldBe(["live/here", "live/there"]);
        RowsOf((await pages.GetAsync("/ui?sort=changed")).Body).ShouldBe(["live/here", "live/quiet", "live/there"], ignoreOrder: true);
        (await pages.GetAsync("/ui?state=nonsense")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await pages.GetAsync("/ui?cursor=***")).Status.ShouldBe(HttpStatusCode.BadRequest);

        var page = await pages.GetAsync("/ui/streams/-/live/here");
        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Body.ShouldContain($"Client {here.ClientId} on srs-1 from 203.0.113.10 was admitted as generation 1");
        (await pages.GetAsync("/ui/streams/-/live/nobody")).Status.ShouldBe(HttpStatusCode.NotFound);

        // What open pages fetch at once is rendered once for those who see the same.
        var fetched = await Task.WhenAll(new[] { "en", "zh", "en" }.Select(language => pages.GetAsync("/ui", ("X-Refresh", "1"), ("Accept-Language", language))));
        fetched.ShouldAllBe(one => one.Status == HttpStatusCode.OK && one.Headers["Content-Type"] == "text/html; charset=utf-8" && RowsOf(one.Body).Count == 3);
        fetched.Select(one => one.Body.Contains("<html lang=\"zh-CN\"", StringComparison.Ordinal)).ShouldBe([false, true, false]);
        fetched[0].Body.ShouldBe(fetched[2].Body);
        (await pages.GetAsync("/ui/streams/-/live/nobody", ("X-Refresh", "1"))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Many_streams_come_in_pages_each_of_them_once_in_either_order()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        var keys = Enumerable.Range(0, 120).Select(number => $"live/cam{number:000}").ToList();
        foreach (var key in keys)
        {
            await platform.OrderAsync(key, "lock", "a test");
        }

        foreach (var sort in new[] { "", "sort=changed" })
        {
            await Eventually.HoldsAsync($"all are listed, {sort}", async () =>
            {
                List<string> seen = [];
                for (var next = $"/ui?{sort}"; next is not null;)
                {
                    var body = (await pages.GetAsync(next)).Body;
                    seen.AddRange(RowsOf(body));
                    next = Regex.Match(body, "href=\"(?<to>[^\"]+)\" rel=\"next\"") is { Success: true } match ? WebUtility.HtmlDecode(match.Groups["to"].Value) : null;
                }

                seen.ShouldBeUnique();
                return seen.Order(StringComparer.Ordinal).SequenceEqual(keys);
            });
        }
    }

    [Fact]
    public async Task A_form_kicks_exactly_whom_it_was_meant_for()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        var first = await platform.PublishAsync(platform.Srs[0], "live/cam");
        var form = new Dictionary<string, string> { ["why"] = "wrong picture", ["ifGeneration"] = "1" };
        var second = await platform.PublishAsync(platform.Srs[0], "live/cam");

        var old = await pages.PostAsync("/ui/streams/-/live/cam/kick", form);
        old.Status.ShouldBe(HttpStatusCode.Conflict);
        old.Body.ShouldContain("The stream has changed hands since you looked, and nothing happened.");
        (await platform.Srs.ActiveAsync("live/cam")).ShouldBe([second.ClientId]);

        form["ifGeneration"] = "2";
        form["why"] = "";
        (await pages.PostAsync("/ui/streams/-/live/cam/kick", form)).Status.ShouldBe(HttpStatusCode.BadRequest);
        form["why"] = "wrong picture";
        var done = await pages.PostAsync("/ui/streams/-/live/cam/kick", form);
        (done.Status, done.Headers["Location"]).ShouldBe((HttpStatusCode.Redirect, "/ui/streams/-/live/cam"));
        (await second.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);

        pages.Cookie = done.Cookies.Single(cookie => cookie.StartsWith("notice=", StringComparison.Ordinal)).Split(';')[0];
        var page = await pages.GetAsync("/ui/streams/-/live/cam");
        page.Body.ShouldContain("The publisher is being removed.");
        page.Cookies.ShouldHaveSingleItem().ShouldStartWith("notice=; expires=");
        (await platform.TimelineAsync("live/cam")).Count(entry => entry.Why == "wrong picture").ShouldBe(1);

        form["confirm"] = "live/other";
        (await pages.PostAsync("/ui/streams/-/live/cam/release", form)).Status.ShouldBe(HttpStatusCode.BadRequest);
        first.Closed.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task The_language_is_chosen_by_the_person_then_the_settings_then_the_browser()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        (await pages.GetAsync("/ui", ("Accept-Language", "zh-CN,zh;q=0.9"))).Body.ShouldContain("lang=\"zh-CN\"");
        (await pages.GetAsync("/ui", ("Accept-Language", "de"))).Body.ShouldContain("lang=\"en\"");
        pages.Cookie = "language=en";
        (await pages.GetAsync("/ui", ("Accept-Language", "zh-CN"))).Body.ShouldContain("lang=\"en\"");

        await using var chinese = await Platform.StartAsync(new PlatformSettings { Dashboard = new DashboardOptions { Language = "zh", Title = "Bühne" } }, SrsModel.V6);
        using var theirs = new PageClient(chinese.Address);
        var page = await theirs.GetAsync("/ui", ("Accept-Language", "de"));
        page.Body.ShouldContain("lang=\"zh-CN\"");
        WebUtility.HtmlDecode(page.Body).ShouldContain("Bühne");
    }

    [Fact]
    public async Task Behind_a_sub_path_every_link_has_it_and_calls_are_taken_with_it_and_without()
    {
        await using var platform = await Platform.StartAsync(new PlatformSettings { Dashboard = new DashboardOptions { PathBase = "/sup" } }, SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        await platform.OrderAsync("live/cam", "lock", "a test");
        foreach (var path in new[] { "/ui", "/sup/ui", "/ui/streams/-/live/cam", "/sup/ui/streams/-/live/cam" })
        {
            var body = (await pages.GetAsync(path)).Body;
            var links = Regex.Matches(body, "(?:href|src|action|data-feed)=\"(?<to>[^\"#][^\"]*)\"").Select(match => match.Groups["to"].Value).ToList();
            links.ShouldNotBeEmpty();
            links.ShouldAllBe(link => link == "/sup/ui" || link.StartsWith("/sup/ui/", StringComparison.Ordinal) || link.StartsWith("/sup/ui?", StringComparison.Ordinal), path);
        }

        (await pages.GetAsync("/", ("Accept", "text/html"))).Headers["Location"].ShouldBe("/sup/ui");
    }

    [Fact]
    public async Task A_browser_that_finds_the_port_is_led_to_the_pages_where_there_are_any()
    {
        await using var platform = await Platform.StartAsync(new PlatformSettings { Dashboard = new DashboardOptions { Enabled = false } }, SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        (await pages.GetAsync("/", ("Accept", "text/html,*/*"))).Status.ShouldBe(HttpStatusCode.OK);
        (await pages.GetAsync("/ui")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Assets_are_kept_for_ever_under_their_hash_and_asked_for_again_under_another()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        var path = Regex.Match((await pages.GetAsync("/ui")).Body, "href=\"(?<to>/ui/assets/[0-9a-f]+/dashboard.css)\"").Groups["to"].Value;
        var asset = await pages.GetAsync(path);
        (asset.Headers["Content-Type"], asset.Headers["Cache-Control"]).ShouldBe(("text/css; charset=utf-8", "public, max-age=31536000, immutable"));
        (await pages.GetAsync(path, ("If-None-Match", asset.Headers["ETag"]))).Status.ShouldBe(HttpStatusCode.NotModified);
        (await pages.GetAsync(path, ("Accept-Encoding", "gzip, br"))).Headers["Content-Encoding"].ShouldBe("br");
        (await pages.GetAsync("/ui/assets/0/dashboard.css")).Headers["Cache-Control"].ShouldBe("no-cache");
        (await pages.GetAsync("/ui/assets/0/other.css")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_feed_names_what_has_changed_has_few_places_and_ends_when_the_member_leaves()
    {
        var platform = await Platform.StartAsync(new PlatformSettings { Dashboard = new DashboardOptions { MaxFeeds = 1 } }, SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        using var feed = await pages.FeedAsync();
        (await feed.ReadLineAsync()).ShouldBe("event: still-here");
        (await pages.GetAsync("/ui/feed")).Body.ShouldBe("event: full\ndata: \nretry: 30000\n\n", "a second one finds no place, and comes again later");
        await platform.OrderAsync("live/cam", "lock", "a test");
        var lines = new List<string>();
        while (!lines.Contains("data: __defaultVhost__/live/cam"))
        {
            lines.Add((await feed.ReadLineAsync().WaitAsync(Eventually.Patience)).ShouldNotBeNull());
        }

        lines.ShouldContain("retry: 500");
        lines.ShouldContain("event: changed");
        var end = feed.ReadToEndAsync();
        await platform.DisposeAsync();
        await end.WaitAsync(Eventually.Patience);
    }

    private static List<string> RowsOf(string html) =>
        [.. Regex.Matches(html, "data-row><bdi>(?<key>[^<]*)</bdi>").Select(match => WebUtility.HtmlDecode(match.Groups["key"].Value))];
}
