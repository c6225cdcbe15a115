using System.Net;
using System.Text.RegularExpressions;
using StreamSupervisor.Actors;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>The pages beside the streams over HTTP: why, origins, cluster, trouble, audit, settings.</summary>
public sealed class OtherPagesTests
{
    [Fact]
    public async Task Each_page_answers_in_both_languages_and_a_wrong_query_is_refused_with_a_page()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        foreach (var path in new[] { "/why", "/why?q=10.0.0.7&range=hour", "/origins", "/cluster", "/cluster?shard=3", "/trouble", "/audit", "/settings" })
        {
            foreach (var (language, title) in new[] { ("en", "lang=\"en\""), ("zh", "lang=\"zh-CN\"") })
            {
                var page = await pages.GetAsync($"/ui{path}", ("Accept-Language", language));
                page.Status.ShouldBe(HttpStatusCode.OK, $"{path}: {page.Body}");
                page.Body.ShouldContain(title);
                page.Headers["Content-Security-Policy"].ShouldContain("default-src 'none'");
            }
        }

        (await pages.GetAsync("/ui/why?q=x&range=never")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await pages.GetAsync("/ui/why?key=live/cam&client=nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await pages.GetAsync("/ui/why?key=nonsense&client=nobody")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Who_was_refused_is_found_by_its_address_with_what_to_do_and_opened_alone()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        await platform.OrderAsync("live/cam", "lock", "rehearsal");
        var refused = await EncoderEnd.DialAsync(platform.Srs[0], "198.51.100.4");
        (await refused.PublishAsync("live/cam")).ShouldBe(PublishOutcome.RefusedByHook);

        var found = await Eventually.BringsAsync("the refusal is found", async () =>
            (await pages.GetAsync("/ui/why?q=198.51.100.4")).Body is var body && body.Contains(refused.ClientId, StringComparison.Ordinal) ? body : null);
        found.ShouldContain("An operator has locked this stream.");
        WebUtility.HtmlDecode(found).ShouldContain("管理员已锁定此直播流。");
        found.ShouldContain("Tries: 1, refused: 1, admitted: 0");

        var link = WebUtility.HtmlDecode(Regex.Match(found, "href=\"(?<link>/ui/why\\?key=[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Groups["link"].Value);
        var alone = await pages.GetAsync(link);
        alone.Status.ShouldBe(HttpStatusCode.OK, alone.Body);
        alone.Body.ShouldContain("an operator locked the key");
        alone.Body.ShouldContain("198.51.100.4");

        var line = Uri.EscapeDataString($"[2026-01-31 21:03:11.123][ERROR][1][{refused.ClientId}][11] serve error code=1028");
        (await pages.GetAsync($"/ui/why?q={line}")).Body.ShouldContain("an operator locked the key");
        (await pages.GetAsync("/ui/why?q=203.0.113.99")).Body.ShouldContain("Nobody like that has asked");

        // A pasted address with its credential becomes one without it before it is an address of a page.
        found.ShouldContain("<form class=\"ask\" action=\"/ui/why\" method=\"post\">");
        var asked = await pages.PostAsync("/ui/why", new() { ["q"] = "rtmp://ann:hush@srs-1/live/cam?token=hush", ["range"] = "hour" });
        (asked.Status, asked.Headers["Location"]).ShouldBe((HttpStatusCode.Redirect, "/ui/why?q=rtmp%3A%2F%2Fsrs-1%2Flive%2Fcam&range=hour"));
        (await pages.GetAsync(asked.Headers["Location"])).Body.ShouldContain(refused.ClientId);
    }

    [Fact]
    public async Task What_is_pasted_into_a_box_becomes_an_address_without_its_credential()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        (await pages.GetAsync("/ui")).Body.ShouldContain("<form class=\"find\" role=\"search\" action=\"/ui/find\" method=\"post\">");
        foreach (var (pasted, leads) in new[]
        {
            ("", "/ui"),
            ("cam", "/ui?state=all&q=cam"),
            ("rtmp://ann:hush@srs-1/live/cam?token=hush", "/ui?state=all&q=live%2Fcam"),
            ("srt://srs-1:10080?streamid=#!::r=live/cam,m=publish,secret=hush", "/ui?state=all&q=live%2Fcam"),
            ("http://srs-1:1985/rtc/v1/whip/?app=live&stream=cam&secret=hush", "/ui?state=all&q=live%2Fcam"),
            ("198.51.100.4", "/ui/why?q=198.51.100.4"),
            ("[2026-01-31 21:03:11.123][WARN][1][77ab01ff] client disconnect peer. token=hush", "/ui/why?q=%5B2026-01-31%2021%3A03%3A11.123%5D"
                + "%5BWARN%5D%5B1%5D%5B77ab01ff%5D%20client%20disconnect%20peer.%20token%3D"),
            ("<script>alert(1)</script>\r\nSet-Cookie: a=b", "/ui?state=all&q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%0D%0ASet-Cookie%3A%20a%3Db"),
        })
        {
            var found = await pages.PostAsync("/ui/find", new() { ["q"] = pasted });
            (found.Status, found.Headers["Location"]).ShouldBe((HttpStatusCode.Redirect, leads));
            (await pages.GetAsync(leads)).Status.ShouldBe(HttpStatusCode.OK);
        }

        var endless = (await pages.PostAsync("/ui/find", new() { ["q"] = new string('频', 2000) })).Headers["Location"];
        (await pages.GetAsync(endless)).Status.ShouldBe(HttpStatusCode.OK);

        var audit = await pages.PostAsync("/ui/audit", new() { ["by"] = "ops", ["q"] = "rtmp://srs-1/live/cam?token=hush" });
        (audit.Status, audit.Headers["Location"]).ShouldBe((HttpStatusCode.Redirect, "/ui/audit?by=ops&q=live%2Fcam"));
    }

    [Fact]
    public async Task A_server_is_drained_and_taken_back_on_its_page_and_the_audit_says_by_whom_and_why()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6, SrsModel.V7Token);
        using var pages = new PageClient(platform.Address);
        var shown = await Eventually.BringsAsync("both servers are up", async () =>
            (await pages.GetAsync("/ui/origins")).Body is var body && body.Contains("SRS 7.0.62", StringComparison.Ordinal) && body.Contains("SRS 6.0.157", StringComparison.Ordinal)
                ? body : null);
        shown.ShouldContain("SRS says busy before it asks in on_publish.");
        shown.ShouldContain("An encoder may wait in on_publish until the old session is removed.");

        var form = new Dictionary<string, string> { ["origin"] = "srs-2", ["order"] = "drain", ["to"] = "/origins" };
        (await pages.PostAsync("/ui/origins", form)).Status.ShouldBe(HttpStatusCode.BadRequest, "nobody has said why");
        var answer = await pages.PostAsync("/ui/origins", new(form) { ["why"] = "new disk" });
        answer.Status.ShouldBe(HttpStatusCode.Redirect, answer.Body);
        answer.Headers["Location"].ShouldBe("/ui/origins");
        await Eventually.HoldsAsync("srs-2 is drained", async () => (await pages.GetAsync("/ui/origins")).Body.Contains("undrain-1", StringComparison.Ordinal));

        await Eventually.HoldsAsync("the audit has it", async () =>
            (await pages.GetAsync("/ui/audit")).Body is var body && body.Contains("new disk", StringComparison.Ordinal) && body.Contains("server srs-2", StringComparison.Ordinal));
        var sheet = await pages.GetAsync("/ui/audit.csv");
        sheet.Headers["Content-Type"].ShouldStartWith("text/csv");
        sheet.Body.ShouldContain("\"drain\",\"new disk\"");

        (await pages.PostAsync("/ui/origins", new(form) { ["order"] = "undrain", ["why"] = "it is in" })).Status.ShouldBe(HttpStatusCode.Redirect);
        await Eventually.HoldsAsync("srs-2 is back", async () => (await pages.GetAsync("/ui/origins")).Body.Contains("drain-1", StringComparison.Ordinal)
            && !(await pages.GetAsync("/ui/origins")).Body.Contains("undrain-1", StringComparison.Ordinal));
        (await pages.PostAsync("/ui/origins", new() { ["origin"] = "srs-2", ["order"] = "look" })).Status.ShouldBe(HttpStatusCode.Redirect);
        (await pages.PostAsync("/ui/origins", new(form) { ["origin"] = "nobody" })).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_page_of_a_server_says_which_hooks_come()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        Heard((await pages.GetAsync("/ui/origins")).Body, "on_publish").ShouldBeFalse();
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        Heard((await pages.GetAsync("/ui/origins")).Body, "on_publish").ShouldBeTrue();

        static bool Heard(string body, string hook) =>
            Regex.IsMatch(body, $"<code>{hook}</code>\\s*<time ", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_supervisor_alone_says_so_and_takes_no_order_to_leave()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        var page = (await pages.GetAsync("/ui/cluster")).Body;
        page.ShouldContain("This supervisor is alone with its database file");
        page.ShouldNotContain("leave-0");
        Regex.Count(page, "href=\"\\?shard=", RegexOptions.None, TimeSpan.FromSeconds(5)).ShouldBe(ShardView.Shards);
        page.ShouldContain(", 1 keys in memory");

        var member = Regex.Match(page, "<tr id=\"m(?<uid>[0-9a-f]{32})\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Groups["uid"].Value;
        var form = new Dictionary<string, string> { ["member"] = member, ["order"] = "leave" };
        (await pages.PostAsync("/ui/cluster", form)).Status.ShouldBe(HttpStatusCode.BadRequest, "nobody has said why");
        (await pages.PostAsync("/ui/cluster", new(form) { ["why"] = "new kernel" })).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_settings_are_shown_without_their_secrets()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        using var pages = new PageClient(platform.Address);
        var page = (await pages.GetAsync("/ui/settings")).Body;
        page.ShouldContain("origins[0].hook-token");
        page.ShouldContain("********");
        page.ShouldNotContain(SrsServers.TokenOf("srs-1"));
    }
}
