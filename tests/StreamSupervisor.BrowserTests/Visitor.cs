using System.Collections.Concurrent;
using Microsoft.Playwright;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.BrowserTests;

/// <summary>A person with a browser of their own and one page. Whatever the page may not do by its own policy fails the test.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ConcurrentQueue<IRequest> _finished = new();
    private readonly ConcurrentQueue<string> _visited = new();

    private Visitor(IBrowserContext context, IPage page, string address) => (_context, Page, Address) = (context, page, address);

    public IPage Page { get; }
    public string Address { get; }

    /// <summary>Every address that was asked for so far, as a history or a log of a proxy would keep it.</summary>
    public IReadOnlyCollection<string> Visited => _visited;

    /// <summary>What has come so far: each whole answer's address and its size with its head, as it crossed the wire.</summary>
    public Task<(string Url, int Size)[]> AnswersAsync() => Task.WhenAll(_finished.Select(async request =>
    {
        var sizes = await request.SizesAsync();
        return (request.Url, sizes.ResponseBodySize + sizes.ResponseHeadersSize);
    }));

    public static async Task<Visitor> OfAsync(IBrowserContext context, string address)
    {
        var visitor = new Visitor(context, await context.NewPageAsync(), address);
        visitor.Page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
            {
                visitor._violations.Enqueue(message.Text);
            }
        };
        visitor.Page.PageError += (_, error) => visitor._violations.Enqueue(error);
        visitor.Page.Request += (_, request) => visitor._visited.Enqueue(request.Url);
        visitor.Page.RequestFinished += (_, request) => visitor._finished.Enqueue(request);
        return visitor;
    }

    /// <param name="path">From <c>/ui</c> on.</param>
    public async Task<IResponse> GoAsync(string path = "") => (await Page.GotoAsync($"{Address}/ui{path}"))!;

    /// <summary>Goes there, and waits until the page hears of changes.</summary>
    public async Task WatchAsync(string path = "")
    {
        await GoAsync(path);
        await SaysAsync("live");
    }

    /// <summary>Waits until the sign of the feed says so.</summary>
    public Task SaysAsync(string state, TimeSpan? within = null) => HoldsAsync($"the page says {state}", async () =>
        await Page.Locator("#link").GetAttributeAsync("data-state") == state, within);

    /// <summary>Waits until the text of the first such element holds this.</summary>
    public async Task ShowsAsync(string selector, string text, TimeSpan? within = null)
    {
        IReadOnlyList<string> shown = [];
        try
        {
            await HoldsAsync($"{selector} shows '{text}'", async () =>
                (shown = await Page.Locator(selector).AllInnerTextsAsync()).Any(one => one.Contains(text, StringComparison.Ordinal)), within);
        }
        catch (ShouldAssertException never)
        {
            throw new ShouldAssertException($"{never.Message} It shows: {string.Join(" | ", shown)}", never);
        }
    }

    /// <summary>Waits for what a page shows: one that goes on to the next in the middle of a look has not shown it yet.</summary>
    public static Task HoldsAsync(string what, Func<Task<bool>> look, TimeSpan? within = null) => Eventually.HoldsAsync(what, async () =>
    {
        try
        {
            return await look();
        }
        catch (PlaywrightException gone) when (gone.Message.Contains("Execution context was destroyed", StringComparison.Ordinal))
        {
            return false;
        }
    }, within);

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        _violations.ShouldBeEmpty();
    }
}
