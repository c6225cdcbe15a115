using StreamSupervisor.IntegrationTests.Registrations;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;

namespace StreamSupervisor.BrowserTests;

/// <summary>Pages of three members, while streams move and members die.</summary>
[Collection(Browser.Name)]
public sealed class LiveTests(Browser browser) : IAsyncLifetime
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
        await (await EncoderEnd.DialAsync(members.Srs[0])).PublishAsync("live/van");
        await visitor.ShowsAsync("#streams tr td:nth-of-type(1)", "g1");
        var second = await Eventually.BringsAsync("the second takes over", async () =>
            await EncoderEnd.DialAsync(members.Srs[1]) is var next && await next.PublishAsync("live/van") == PublishOutcome.Started ? next : null);
        await visitor.ShowsAsync("#streams tr td:nth-of-type(2)", second.ClientId);
        await visitor.ShowsAsync("#counts", "1");

        await members.KillAsync(2);
        await visitor.SaysAsync("off", TimeSpan.FromSeconds(5));
        (await visitor.Page.Locator("#streams tr").InnerTextAsync()).ShouldContain(second.ClientId);

        await second.HangUpAsync();
        await members.StartAgainAsync(2);
        await visitor.SaysAsync("live");
        await visitor.ShowsAsync("#streams tr", "interrupted");
    }
}
