using System.Threading.Channels;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// The end of the feed, read once for everybody who watches on this member, and not at all while nobody does. A watcher that reads too
/// slowly is let go, and comes back with the place of the last event that it has.
/// </summary>
/// <param name="feed">The journal's events.</param>
/// <param name="time">Paces the reading.</param>
/// <param name="most">Watchers at once.</param>
/// <param name="stopping">Ends everybody's watching: the member leaves.</param>
internal sealed class FeedTail(EventFeed feed, TimeProvider time, int most, CancellationToken stopping)
{
    /// <summary>So a page shows an event a second after it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterAFault = TimeSpan.FromSeconds(2);

    /// <summary>Proxies end connections on which nothing comes for a minute, some after half of one.</summary>
    private static readonly TimeSpan StillHereEvery = TimeSpan.FromSeconds(15);
    internal const int RowsAtOnce = 500;

    /// <summary>Rows that wait for one watcher.</summary>
    private const int Backlog = 2000;

    private readonly System.Threading.Lock _lock = new();
    private readonly HashSet<Channel<FeedRow?>> _watchers = [];
    private TaskCompletionSource<long> _beginning = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isReading;

    /// <summary>A place among those who watch, until it is disposed.</summary>
    /// <exception cref="ApiProblemException">Too many watch already, or the member leaves.</exception>
    public FeedWatcher Join()
    {
        var rows = Channel.CreateBounded<FeedRow?>(new BoundedChannelOptions(Backlog) { SingleReader = true });
        lock (_lock)
        {
            if (_watchers.Count >= most || stopping.IsCancellationRequested)
            {
                throw new ApiProblemException(stopping.IsCancellationRequested
                    ? Problems.MemberEnding.Of("This member is stopping. Ask another one.")
                    : Problems.Overloaded.Of(
                        $"{most} watch the feed on this member already (api.max-feeds). Ask another member, or page."));
            }

            _watchers.Add(rows);
            if (!_isReading)
            {
                _isReading = true;
                _beginning = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = Task.Run(ReadAsync, CancellationToken.None);
            }

            return new FeedWatcher(feed, rows.Reader, _beginning.Task, () => Leave(rows));
        }
    }

    private void Leave(Channel<FeedRow?> rows)
    {
        lock (_lock)
        {
            _watchers.Remove(rows);
        }
    }

    /// <summary>Reads until nobody watches. Throws nothing.</summary>
    private async Task ReadAsync()
    {
        long? position = null;
        var toldAt = time.GetTimestamp();
        while (!IsOver())
        {
            try
            {
                position ??= await BeginAsync();
                while (await feed.ReadForwardsAsync(position.Value, RowsAtOnce, stopping) is { Count: > 0 } page)
                {
                    position = page[^1].Ordering;
                    Tell(page);
                }

                if (time.GetElapsedTime(toldAt) > StillHereEvery)
                {
                    toldAt = time.GetTimestamp();
                    Tell([null]);
                }

                await Task.Delay(Pause, time, stopping);
            }
            catch (StoreUnavailableException)
            {
                // The store says so itself, and everybody waits.
                await Task.Delay(AfterAFault, time, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                // The member leaves.
            }
        }
    }

    /// <summary>A place before which nothing can appear any more. Numbers just below the newest may belong to writes that are under
    /// way.</summary>
    private async Task<long> BeginAsync()
    {
        var newest = await feed.NewestAsync(stopping);
        var settled = await feed.ReadForwardsAsync(Math.Max(0, newest - RowsAtOnce), RowsAtOnce, stopping);
        var position = settled is [.., var last] ? last.Ordering : newest;
        _beginning.TrySetResult(position);
        return position;
    }

    private void Tell(IReadOnlyList<FeedRow?> rows)
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers.Where(watcher => rows.Any(row => !watcher.Writer.TryWrite(row))).ToList())
            {
                watcher.Writer.TryComplete();
                _watchers.Remove(watcher);
            }
        }
    }

    private bool IsOver()
    {
        lock (_lock)
        {
            if (stopping.IsCancellationRequested)
            {
                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryComplete();
                }

                _watchers.Clear();
                _beginning.TrySetCanceled(stopping);
            }

            _isReading = _watchers.Count > 0;
            return !_isReading;
        }
    }
}
