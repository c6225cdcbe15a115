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
/// <param name="log">Where a fault of the reading is told.</param>
/// <param name="stopping">Ends everybody's watching: the member leaves.</param>
/// <param name="setting">The name of <paramref name="most"/>, for the one who finds no place.</param>
internal sealed class FeedTail(
    EventFeed feed, TimeProvider time, int most, ILogger log, CancellationToken stopping, string setting = "api.max-feeds")
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
    private TaskCompletionSource<long> _beginning = NewBeginning();

    /// <summary>The newest row that everybody was told; null until it is known where to begin.</summary>
    private long? _position;
    private bool _isReading;

    /// <summary>How many watch now.</summary>
    public int Watching
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count;
            }
        }
    }

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
                        $"{most} watch the feed on this member already ({setting}). Ask another member, or page."));
            }

            _watchers.Add(rows);
            if (!_isReading)
            {
                (_isReading, _position, _beginning) = (true, null, NewBeginning());
                _ = Task.Run(ReadAsync, CancellationToken.None);
            }

            // Who comes while others watch hears by the channel what is behind this place, and no older row.
            var beginning = _position is { } now ? Task.FromResult(now) : _beginning.Task;
            return new FeedWatcher(feed, rows.Reader, beginning, () => Leave(rows));
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
        var toldAt = time.GetTimestamp();
        while (!IsOver())
        {
            try
            {
                var position = _position ?? await BeginAsync();
                while (await feed.ReadForwardsAsync(position, RowsAtOnce, stopping) is { Count: > 0 } page)
                {
                    position = page[^1].Ordering;
                    Tell(page, position);
                }

                if (time.GetElapsedTime(toldAt) > StillHereEvery)
                {
                    toldAt = time.GetTimestamp();
                    Tell([null], position);
                    if (await feed.NewestAsync(stopping) < position)
                    {
                        // A backup was restored. Places mean other rows now, so everybody comes anew.
                        LetGo();
                    }
                }

                await Task.Delay(Pause, time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The member leaves; nobody watches from now on.
            }
            catch (StoreUnavailableException)
            {
                // The store says so itself, and everybody waits.
                await PauseAsync();
            }
#pragma warning disable CA1031 // One fault must not leave everybody waiting for a reader that has ended.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                log.LogError(fault, "The feed could not be read; trying again in {Pause}.", AfterAFault);
                await PauseAsync();
            }
        }
    }

    private static TaskCompletionSource<long> NewBeginning() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task PauseAsync() => Task.Delay(AfterAFault, time, stopping).ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task<long> BeginAsync()
    {
        var position = await feed.EndAsync(stopping);
        lock (_lock)
        {
            _position = position;
            _beginning.TrySetResult(position);
        }

        return position;
    }

    private void Tell(IReadOnlyList<FeedRow?> rows, long position)
    {
        lock (_lock)
        {
            _position = position;
            foreach (var slow in _watchers.Where(watcher => rows.Any(row => !watcher.Writer.TryWrite(row))).ToList())
            {
                slow.Writer.TryComplete();
                _watchers.Remove(slow);
            }
        }
    }

    private void LetGo()
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }

            // Whoever waits for the beginning ends by its channel.
            _watchers.Clear();
            _beginning.TrySetResult(long.MaxValue);
            (_position, _beginning) = (null, NewBeginning());
        }
    }

    private bool IsOver()
    {
        lock (_lock)
        {
            if (stopping.IsCancellationRequested)
            {
                LetGo();
            }

            _isReading = _watchers.Count > 0;
            return !_isReading;
        }
    }
}
