using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>
/// Tells pages which streams have changed, and no more: they fetch what they show. Bursts are told as one, so that a storm costs a page two
/// messages a second.
/// </summary>
internal sealed class DashboardFeed(FeedTail tail, ApiCallers callers)
{
    public const string Changed = "changed";

    /// <summary>The connection is good; with the milliseconds that a page leaves between two fetches of itself.</summary>
    public const string StillHere = "still-here";

    /// <summary>There is no place to watch from; a page that hears it loads itself now and then instead.</summary>
    public const string Full = "full";

    /// <summary>So many names in one message; of more, none is named and all are meant.</summary>
    private const int MostKeys = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SlowestPace = TimeSpan.FromSeconds(10);

    /// <summary>Of all pages together: in a storm they fetch themselves 25 times a second, however many they are.</summary>
    private static readonly TimeSpan PaceOfAPage = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ComeBackToFullAfter = TimeSpan.FromSeconds(30);

    /// <exception cref="ApiProblemException">The member leaves.</exception>
    public IResult Watch(HttpContext call)
    {
        call.Response.Headers["X-Accel-Buffering"] = "no";
        FeedWatcher watcher;
        try
        {
            watcher = tail.Join();
        }
        catch (ApiProblemException full) when (full.Problem.Reason == Problems.Overloaded.Reason)
        {
            // A browser tells its page neither the status of an error nor when to come again; of a feed that ends it keeps to the pause.
            return TypedResults.ServerSentEvents(FullAsync());
        }

        call.Response.RegisterForDispose(watcher);
        return TypedResults.ServerSentEvents(WatchAsync(watcher, ApiEndpoints.CallerOf(call), call.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> FullAsync()
    {
        await Task.CompletedTask;
        yield return new SseItem<string>("", Full) { ReconnectionInterval = ComeBackToFullAfter };
    }

    /// <summary>The pause between two fetches of a page.</summary>
    /// <param name="pages">Pages that are open.</param>
    internal static TimeSpan PaceOf(int pages) =>
        TimeSpan.FromTicks(Math.Clamp(pages * PaceOfAPage.Ticks, Pace.Ticks, SlowestPace.Ticks));

    /// <summary>Messages <see cref="Changed"/> with a key on each line, or none; and <see cref="StillHere"/> every few seconds.</summary>
    private async IAsyncEnumerable<SseItem<string>> WatchAsync(
        FeedWatcher watcher, ApiCaller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await using var rows = watcher.RowsAsync(null, cancellation).GetAsyncEnumerator(cancellation);
        var next = rows.MoveNextAsync().AsTask();
        try
        {
            while (await next)
            {
                var row = rows.Current;
                next = rows.MoveNextAsync().AsTask();
                if (!callers.Knows(caller))
                {
                    yield break;
                }

                if (row is not null && (caller.Scope.IsAll
                    || FeedPlace.Of(row).Any(one => caller.Scope.Has(one.Entry.Key, one.Entry.Event))))
                {
                    keys.Add(row.Key);
                }

                if (keys.Count == 0)
                {
                    if (row is not null)
                    {
                        continue;
                    }

                    var pace = ((long)PaceOf(tail.Watching).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
                    yield return new SseItem<string>(pace, StillHere) { ReconnectionInterval = ComeBackAfter };
                }
                else if (!next.IsCompleted)
                {
                    yield return new SseItem<string>(keys.Count > MostKeys ? "" : string.Join('\n', keys), Changed);
                    keys.Clear();
                }
            }
        }
        finally
        {
            // A page that goes while a message is written leaves the next row asked for, and disposing of the rows would throw then.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
