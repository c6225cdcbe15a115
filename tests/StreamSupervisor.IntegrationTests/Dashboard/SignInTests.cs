using System.Net;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Dashboard;

/// <summary>How a browser gets in, and what it is told whatever it asks.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Read = "read-read-read-read";
    private const string Operate = "operate-operate-operate";

    private Platform _platform = null!;
    private PageClient _pages = null!;

    public async Task InitializeAsync()
    {
        var keys = new ApiOptions
        {
            Keys = [new() { Name = "wall", Key = Read, Role = "read" }, new() { Name = "ops", Key = Operate, Role = "operate" }],
        };
        _platform = await Platform.StartAsync(new PlatformSettings { Api = keys }, SrsModel.V6);
        _pages = new PageClient(_platform.Address);
    }

    public async Task DisposeAsync()
    {
        _pages.Dispose();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task With_a_key_a_session_begins_and_with_signing_out_it_ends()
    {
        var asked = await _pages.GetAsync("/ui?state=live");
        asked.Status.ShouldBe(HttpStatusCode.Unauthorized);
        asked.Body.ShouldContain("name=\"key\"");
        asked.Body.ShouldContain("value=\"?state=live\"");

        var wrong = await _pages.PostAsync("/ui/login", new() { ["key"] = "a-guess", ["to"] = "?state=live" });
        (wrong.Status, wrong.Cookies.Count).ShouldBe((HttpStatusCode.Unauthorized, 0));
        wrong.Body.ShouldContain("This key is not one of api.keys.");

        var right = await _pages.PostAsync("/ui/login", new() { ["key"] = Operate, ["to"] = "?state=live" });
        (right.Status, right.Headers["Location"]).ShouldBe((HttpStatusCode.Redirect, "/ui?state=live"));
        var cookie = right.Cookies.ShouldHaveSingleItem();
        cookie.ShouldContain("; path=/ui; samesite=strict; httponly");
        cookie.ShouldNotContain("; secure");

        _pages.Cookie = cookie.Split(';')[0];
        (await _pages.GetAsync("/ui")).Body.ShouldContain("<bdi>ops</bdi>");
        var gone = await _pages.PostAsync("/ui/logout", []);
        gone.Cookies.ShouldHaveSingleItem().ShouldStartWith("streamsupervisor=; expires=Thu, 01 Jan 1970");
    }

    [Theory]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Host", "supervisor.example")]
    public async Task Elsewhere_than_on_this_machine_the_session_goes_over_https_only(string header, string value) =>
        (await _pages.PostAsync("/ui/login", new() { ["key"] = Operate }, (header, value))).Cookies.ShouldHaveSingleItem().ShouldContain("; secure");

    [Fact]
    public async Task A_forged_session_is_none_and_counts_as_a_guess()
    {
        await _pages.SignInAsync(Operate);
        var mine = _pages.Cookie!;
        _pages.Cookie = mine[..^4] + "AAAA";
        for (var i = 0; i < 10; i++)
        {
            var forged = await _pages.GetAsync("/ui");
            forged.Status.ShouldBe(HttpStatusCode.Unauthorized);
            forged.Cookies.ShouldHaveSingleItem().ShouldStartWith("streamsupervisor=;");
        }

        _pages.Cookie = mine;
        (await _pages.GetAsync("/ui")).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (await _pages.PostAsync("/ui/login", new() { ["key"] = Operate })).Status.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Whoever_may_only_read_orders_nothing()
    {
        await _pages.SignInAsync(Read);
        (await _pages.GetAsync("/ui")).Body.ShouldContain("may read");
        (await _pages.PostAsync("/ui/streams/-/live/cam/lock", new() { ["why"] = "a test" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        await _pages.SignInAsync(Operate);
        (await _pages.PostAsync("/ui/streams/-/live/cam/lock", new() { ["why"] = "a test" })).Status.ShouldBe(HttpStatusCode.Redirect);
        await _pages.SignInAsync(Read);
        var page = await _pages.GetAsync("/ui/streams/-/live/cam");
        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Body.ShouldNotContain("/live/cam/unlock");
    }

    [Theory]
    [InlineData("/evil", "/ui/evil")]
    [InlineData("//evil.example", "/ui//evil.example")]
    [InlineData("https://evil.example", "/ui")]
    [InlineData("@evil.example", "/ui")]
    [InlineData("/\r\nSet-Cookie: a=b", "/ui")]
    public async Task No_form_leads_to_another_site(string to, string location)
    {
        var answer = await _pages.PostAsync("/ui/preferences", new() { ["theme"] = "dark", ["to"] = to });
        (answer.Status, answer.Headers["Location"]).ShouldBe((HttpStatusCode.Redirect, location));
    }

    [Fact]
    public async Task Every_answer_says_what_a_page_may_not_do()
    {
        string[] paths = ["/ui", "/ui/nothing", "/ui/streams/-/live/nobody", "/ui/streams/nonsense", "/ui/assets/0/dashboard.js", "/ui/assets/0/nothing", "/ui/feed"];
        foreach (var path in paths)
        {
            var headers = (await _pages.GetAsync(path)).Headers;
            headers["Content-Security-Policy"].ShouldBe("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "img-src 'self' data:; form-action 'self'; base-uri 'self'; frame-ancestors 'none'", path);
            (headers["X-Content-Type-Options"], headers["Referrer-Policy"]).ShouldBe(("nosniff", "same-origin"), path);
        }
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_link_of_another_site_arrives_at_a_page_that_shows_nothing_and_leads_on(string site)
    {
        var answer = await _pages.GetAsync("/ui/streams/-/live/cam?order=kick", ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"));
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Body.ShouldContain("content=\"0; url=/ui/streams/-/live/cam?order=kick\"");
        answer.Body.ShouldNotContain("<form");
        var again = await _pages.GetAsync("/ui", ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Referer", _platform.Address + "/ui"));
        again.Body.ShouldNotContain("http-equiv=\"refresh\"");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    public async Task A_form_of_another_site_changes_nothing(string header, string value)
    {
        await _pages.SignInAsync(Operate);
        foreach (var path in new[] { "/ui/streams/-/live/cam/lock", "/ui/preferences", "/ui/logout", "/ui/login" })
        {
            var answer = await _pages.PostAsync(path, new() { ["why"] = "a test", ["key"] = Operate, ["theme"] = "dark" }, (header, value));
            (answer.Status, answer.Cookies.Count).ShouldBe((HttpStatusCode.Forbidden, 0), path);
        }

        (await _platform.StreamAsync("live/cam")).ShouldBeNull();
    }
}
