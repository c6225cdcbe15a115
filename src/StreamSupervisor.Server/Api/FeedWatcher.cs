using System.Runtime.CompilerServices;
using System.Threading.Channels;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Server.Api;

/// <summary>One who watches the feed.</summary>
/// <param name="feed">For what was written before it came.</param>
/// <param name="rows">What is written from its coming on; ends when the member leaves or the watcher is too slow.</param>
/// <param name="beginning">The place where <paramref name="rows"/> begin; everything up to it can be read.</param>
/// <param name="leave">Gives the place back.</param>
internal sealed class FeedWatcher(EventFeed feed, ChannelReader<FeedRow?> rows, Task<long> beginning, Action leave) : IDisposable
{
    /// <summary>Every row behind a place, the old ones first and then each as it is written. A null comes first, when nothing
    /// that is written from then on can be missed, and then every few seconds: the connection is good.</summary>
    /// <param name="after">Rows with a greater ordering; null for those that are written from now on.</param>
    /// <param name="cancellation">The watcher goes.</param>
    /// <remarks>Ends where the store does not answer for the old rows: the answer has begun, so the watcher has to come again.</remarks>
    public async IAsyncEnumerable<FeedRow?> RowsAsync(long? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var live = await beginning.WaitAsync(cancellation);
        yield return null;
        var last = after ?? live;
        while (last < live)
        {
            if (await PageAsync(last, cancellation) is not { } page)
            {
                yield break;
            }

            if (page.Count == 0)
            {
                break;
            }

            foreach (var row in page)
            {
                yield return row;
            }

            last = page[^1].Ordering;
        }

        await foreach (var row in rows.ReadAllAsync(cancellation))
        {
            if (row is null || row.Ordering > last)
            {
                yield return row;
            }
        }
    }

    public void Dispose() => leave();

    /// <summary>The next old rows; null where the store does not answer.</summary>
    private async Task<IReadOnlyList<FeedRow>?> PageAsync(long after, CancellationToken cancellation)
    {
        try
        {
            return await feed.ReadForwardsAsync(after, FeedTail.RowsAtOnce, cancellation);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }
}
