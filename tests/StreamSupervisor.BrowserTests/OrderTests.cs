using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.BrowserTests;

/// <summary>Orders from the page of a stream, by hand, by keyboard alone and without script.</summary>
[Collection(Browser.Name)]
public sealed class OrderTests(Browser browser) : IAsyncLifetime
{
    private Platform _platform = null!;

    public async Task InitializeAsync() => _platform = await Platform.StartAsync(SrsModel.V6);

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [BrowserFact]
    public async Task A_kick_removes_the_session_that_the_dialog_names_and_no_later_one()
    {
        var other = await _platform.PublishAsync(_platform.Srs[0], "live/other");
        var first = await _platform.PublishAsync(_platform.Srs[0], "live/cam");
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await visitor.WatchAsync("/streams/-/live/cam");
        await visitor.Page.ClickAsync("#give-kick");
        (await visitor.Page.Locator("#order-kick").InnerTextAsync()).ShouldContain(first.ClientId);

        // While the person thinks, the stream changes hands.
        var second = await _platform.PublishAsync(_platform.Srs[0], "live/cam");
        await visitor.ShowsAsync("#head", second.ClientId);
        await visitor.Page.FillAsync("#order-kick-why", "wrong picture");
        await visitor.Page.ClickAsync("#order-kick button");
        await visitor.ShowsAsync("[role=alert]", "changed hands");
        (await _platform.Srs.ActiveAsync("live/cam")).ShouldBe([second.ClientId]);

        await visitor.Page.ClickAsync("#give-kick");
        await visitor.Page.FillAsync("#order-kick-why", "wrong picture");
        await visitor.Page.ClickAsync("#order-kick button");
        await visitor.ShowsAsync(".toast.good", "is being removed");
        (await second.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        other.Closed.IsCompleted.ShouldBeFalse();
        await visitor.ShowsAsync("#events", "wrong picture");
    }

    [BrowserFact]
    public async Task Without_script_a_stream_is_found_and_kicked()
    {
        var first = await _platform.PublishAsync(_platform.Srs[0], "live/cam");
        await _platform.PublishAsync(_platform.Srs[0], "live/other");
        await using var visitor = await browser.VisitorAsync(_platform.Address, new() { JavaScriptEnabled = false });
        await Eventually.HoldsAsync("the list has both", async () =>
        {
            await visitor.GoAsync();
            return await visitor.Page.Locator("#streams tr").CountAsync() == 2;
        });
        await visitor.Page.FillAsync("#find", "rtmp://srs-1/live/cam?token=hush");
        await visitor.Page.PressAsync("#find", "Enter");
        await Visitor.HoldsAsync("only what was pasted is listed", () => Listed(visitor, "live/cam"));
        visitor.Visited.ShouldNotContain(address => address.Contains("hush", StringComparison.Ordinal));
        await visitor.Page.ClickAsync("#streams a");
        await visitor.Page.ClickAsync("#give-kick");
        await visitor.Page.FillAsync("#order-kick-why", "no script here");
        await visitor.Page.ClickAsync("#order-kick button");
        await visitor.ShowsAsync(".toast.good", "is being removed");
        (await first.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
    }

    [BrowserFact]
    public async Task With_the_keyboard_alone_a_stream_is_found_opened_and_locked()
    {
        var onAir = await _platform.PublishAsync(_platform.Srs[0], "live/a");
        await _platform.PublishAsync(_platform.Srs[0], "live/b");
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await visitor.WatchAsync();
        await visitor.ShowsAsync("#streams", "live/b");
        var keyboard = visitor.Page.Keyboard;
        await keyboard.PressAsync("?");
        await visitor.Page.Locator("#help[open]").WaitForAsync();
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("k");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("Enter");
        await visitor.ShowsAsync("h1", "live/b");
        await visitor.SaysAsync("live");

        await visitor.Page.FocusAsync("#give-lock");
        await keyboard.PressAsync("Enter");
        await keyboard.TypeAsync("a rehearsal");
        await keyboard.PressAsync("Escape");
        (await visitor.Page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("give-lock");
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("Control+A");
        await keyboard.TypeAsync("a rehearsal");
        await keyboard.PressAsync("Enter");
        await visitor.ShowsAsync("#head", "a rehearsal");
        (await _platform.StreamAsync("live/b"))!.Locked!.Why.ShouldBe("a rehearsal");

        await keyboard.PressAsync("g");
        await keyboard.PressAsync("s");
        await visitor.Page.Locator("#streams").WaitForAsync();
        await visitor.SaysAsync("live");
        await keyboard.PressAsync("/");
        await keyboard.TypeAsync("srt://srs-1:10080?streamid=#!::r=live/a,m=publish,secret=hush");
        await keyboard.PressAsync("Enter");
        await Visitor.HoldsAsync("only what was looked for is listed", () => Listed(visitor, "live/a"));
        (await visitor.Page.InputValueAsync("#find")).ShouldBe("live/a");
        visitor.Visited.ShouldNotContain(address => address.Contains("hush", StringComparison.Ordinal));

        // Chosen, and one order for all that are.
        await visitor.SaysAsync("live");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("x");
        await visitor.ShowsAsync("#chosen-count", "1");
        await keyboard.PressAsync("K");

        // The list names the client as well, so the page that asks is known by the field that is typed into.
        await Visitor.HoldsAsync("a reason is asked for", () => visitor.Page.EvaluateAsync<bool>("document.activeElement.name === 'why'"));
        await visitor.ShowsAsync("main", onAir.ClientId);
        await keyboard.TypeAsync("wrong picture");
        await keyboard.PressAsync("Enter");
        await visitor.ShowsAsync("main", "Done for 1 of 1.");
        (await onAir.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
    }

    [BrowserFact]
    public async Task A_hostile_text_in_the_box_of_the_head_is_text_and_what_is_not_found_leads_on()
    {
        const string text = "\"><img src=x onerror=document.title='owned'>";
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await visitor.GoAsync();
        await visitor.Page.FillAsync("#find", text);
        await visitor.Page.PressAsync("#find", "Enter");
        await visitor.ShowsAsync("#filters .found", text);
        (await visitor.Page.InputValueAsync("#find")).ShouldBe(text);
        (await visitor.Page.TitleAsync()).ShouldNotBe("owned");
        await visitor.Page.ClickAsync("#rest a");
        await visitor.Page.Locator("#why").WaitForAsync();
        (await visitor.Page.InputValueAsync("#why")).ShouldBe(text);
    }

    [BrowserFact]
    public async Task A_hostile_name_is_text_in_a_real_browser_too()
    {
        const string name = "<img src=x onerror=document.title='owned'>";
        await _platform.OrderAsync($"live/{name}", "lock", name);
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await visitor.WatchAsync();
        await visitor.ShowsAsync("#streams", name);
        await visitor.Page.ClickAsync("#streams a");
        await visitor.ShowsAsync("h1", name);
        await visitor.ShowsAsync("#events", name);
        (await visitor.Page.TitleAsync()).ShouldContain(name);
    }

    [BrowserFact]
    public async Task A_link_of_another_site_leads_a_person_who_has_signed_in_to_the_page()
    {
        await _platform.PublishAsync(_platform.Srs[0], "live/cam");
        await using var visitor = await browser.VisitorAsync(_platform.Address);
        await visitor.Page.RouteAsync("http://chat.example/", route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = $"<a href=\"{_platform.Address}/ui/streams/-/live/cam\">look</a>",
        }));
        await visitor.Page.GotoAsync("http://chat.example/");
        await visitor.Page.ClickAsync("a");
        await visitor.ShowsAsync("h1", "live/cam");
    }

    private static async Task<bool> Listed(Visitor visitor, string only) =>
        await visitor.Page.Locator("#streams tr").AllInnerTextsAsync() is [var row] && row.Contains(only, StringComparison.Ordinal);
}
