using System.Diagnostics;
using StreamSupervisor.IntegrationTests.Registrations;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;
using Xunit.Abstractions;

namespace StreamSupervisor.BrowserTests;

/// <summary>Pages of three members, while streams move and members die.</summary>
[Collection(Browser.Name)]
public sealed class LiveTests(Browser browser, ITestOutputHelper log) : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = new();

    public Task InitializeAsync() => _postgres.InitializeAsync();

    public Task DisposeAsync() => _postgres.DisposeAsync();

    [BrowserAndPostgresFact]
    public async Task A_takeover_shows_on_another_member_and_a_page_outlives_the_member_that_served_it()
    {
        await using var members = await ThreeMembers.StartAsync(_postgres);
        await using var visitor = await browser.VisitorAsync(members.AddressOf(2).ToString().TrimEnd('/'));
        await visitor.WatchAsync();

        // The hooks go to the first two members; the third only reads.
        await PublishedAsync(members, 0);
        await visitor.ShowsAsync("#streams tr td:nth-of-type(2)", "g1");
        var second = await PublishedAsync(members, 1);
        await TimedAsync("a takeover is on the page of another member", visitor.ShowsAsync("#streams tr td:nth-of-type(3)", second.ClientId));
        await visitor.ShowsAsync("#counts", "1");

        await members.KillAsync(2);
        await TimedAsync("a page says that its member is gone", visitor.SaysAsync("off"));
        (await visitor.Page.Locator("#streams tr").InnerTextAsync()).ShouldContain(second.ClientId);

        await second.HangUpAsync();
        await members.StartAgainAsync(2);
        await TimedAsync("it is live again after the member is ready", visitor.SaysAsync("live"));

        // It may return for a minute; where all of this took longer, the row is gone.
        await Visitor.HoldsAsync("what ended meanwhile is shown", async () =>
            (await visitor.Page.Locator("#streams tr").AllInnerTextsAsync()).All(row => row.Contains("interrupted", StringComparison.Ordinal)));
    }

    /// <summary>Publishes as an encoder that tries again while members find each other.</summary>
    private static Task<EncoderEnd> PublishedAsync(ThreeMembers members, int server) => Eventually.BringsAsync("an encoder is on air", async () =>
    {
        var encoder = await EncoderEnd.DialAsync(members.Srs[server]);
        if (await encoder.PublishAsync("live/van") == PublishOutcome.Started)
        {
            return encoder;
        }

        await encoder.HangUpAsync();
        return null;
    });

    /// <summary>For a person who wants to know; how long it takes depends on what else the machine does.</summary>
    private async Task TimedAsync(string what, Task shown)
    {
        var since = Stopwatch.StartNew();
        await shown;
        log.WriteLine($"{what}: {since.ElapsedMilliseconds} ms");
    }
}
