using System.Diagnostics;
using System.Globalization;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// One open page, as <c>dashboard.js</c> keeps it up to date: it follows the feed, and fetches itself again after each message, as far apart
/// as the member says, and once more a second after the last change.
/// </summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private static readonly TimeSpan Later = TimeSpan.FromMilliseconds(1200);

    private readonly CancellationTokenSource _closing = new();
    private readonly HttpClient _http;
    private readonly Uri _page;
    private readonly SemaphoreSlim _changed = new(0);
    private readonly TaskCompletionSource _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _work = Task.CompletedTask;
    private TimeSpan _pace = TimeSpan.FromMilliseconds(500);
    private long _fetches;

    private OpenPage(HttpClient http, Uri page) => (_http, _page) = (http, page);

    /// <summary>How often it was fetched.</summary>
    public long Fetches => Interlocked.Read(ref _fetches);

    /// <summary>Opens a page and waits until it is told of changes.</summary>
    /// <param name="http">With a connection for each call that is under way.</param>
    /// <param name="address">Of the member.</param>
    /// <param name="path">From <c>/ui</c> on.</param>
    public static async Task<OpenPage> OpenAsync(HttpClient http, Uri address, string path)
    {
        var page = new OpenPage(http, new Uri(address, "/ui" + path));
        page._work = Task.WhenAll(Task.Run(() => page.FollowAsync(new Uri(address, "/ui/feed"))), Task.Run(page.FetchAsync));
        await Task.WhenAny(page._live.Task, page._work);
        if (page._work.IsFaulted)
        {
            await page._work;
        }

        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
        _changed.Dispose();
    }

    private async Task FollowAsync(Uri feed)
    {
        using var answer = await _http.GetAsync(feed, HttpCompletionOption.ResponseHeadersRead, _closing.Token);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_closing.Token));
        var isStillHere = false;
        while (await lines.ReadLineAsync(_closing.Token) is { } line)
        {
            if (isStillHere && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                _pace = TimeSpan.FromMilliseconds(int.Parse(line["data: ".Length..], CultureInfo.InvariantCulture));
            }

            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                isStillHere = line.EndsWith("still-here", StringComparison.Ordinal);
                _live.TrySetResult();
                _changed.Release();
            }
        }
    }

    private async Task FetchAsync()
    {
        long? again = null;
        while (!_closing.IsCancellationRequested)
        {
            var left = again is { } at ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at) : Timeout.InfiniteTimeSpan;
            var isTold = await _changed.WaitAsync(again is null || left > TimeSpan.Zero ? left : TimeSpan.Zero, _closing.Token);
            while (await _changed.WaitAsync(TimeSpan.Zero))
            {
                // What came while it waited is answered by the same fetch.
            }

            again = isTold ? Stopwatch.GetTimestamp() + (long)(Later.TotalSeconds * Stopwatch.Frequency) : null;
            using (var answer = await _http.GetAsync(_page, HttpCompletionOption.ResponseHeadersRead, _closing.Token))
            {
                answer.EnsureSuccessStatusCode();
                await answer.Content.CopyToAsync(Stream.Null, _closing.Token);
            }

            Interlocked.Increment(ref _fetches);
            await Task.Delay(_pace, _closing.Token);
        }
    }
}
