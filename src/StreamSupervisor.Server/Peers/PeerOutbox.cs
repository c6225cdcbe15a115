namespace StreamSupervisor.Server.Peers;

/// <summary>
/// What waits to be sent to one member: in order, in batches, one batch under way at a time. An idle one holds no task and no buffer.
/// A batch that did not arrive for certain is sent again for a while, so it may arrive twice; then it is given back.
/// </summary>
/// <param name="send">Sends a batch. Null: it is not known to have arrived. Else the positions of those that were not taken.</param>
/// <param name="giveBack">Gets what could not be delivered.</param>
internal sealed class PeerOutbox<T>(Func<IReadOnlyList<T>, CancellationToken, Task<IReadOnlyList<int>?>> send, Action<IReadOnlyList<T>> giveBack,
    TimeProvider time, CancellationToken stopping)
{
    public const int Capacity = 10_000;
    public const int Batch = 256;
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    /// <summary>Who does not take a message has an old map or a full mailbox, and will still have it in the next millisecond.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(100);

    private readonly System.Threading.Lock _gate = new();
    private readonly Queue<T> _waiting = new();
    private bool _sending;

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <returns>False when it is full or the member stops.</returns>
    public bool Post(T message)
    {
        lock (_gate)
        {
            if (_waiting.Count >= Capacity || stopping.IsCancellationRequested)
            {
                return false;
            }

            _waiting.Enqueue(message);
            if (_sending)
            {
                return true;
            }

            _sending = true;
        }

        // Off the caller's thread: it holds the locks of whoever told it.
        _ = Task.Run(SendAllAsync, CancellationToken.None);
        return true;
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (Take() is { } batch)
            {
                await SendAsync(batch);
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops; what waits is found by the sweep of whoever owns the streams next.
        }
    }

    private List<T>? Take()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _sending = false;
                return null;
            }

            var batch = new List<T>(Math.Min(_waiting.Count, Batch));
            while (batch.Count < Batch && _waiting.TryDequeue(out var message))
            {
                batch.Add(message);
            }

            return batch;
        }
    }

    private async Task SendAsync(List<T> batch)
    {
        var startedAt = time.GetTimestamp();
        var backoff = new Srs.Api.Backoff(FirstRetry, 2, LongestRetry);
        while (true)
        {
            if (await send(batch, stopping) is { } refused)
            {
                if (refused.Count > 0)
                {
                    await Task.Delay(RefusedPause, time, stopping);
                    giveBack([.. refused.Where(position => position >= 0 && position < batch.Count).Select(position => batch[position])]);
                }

                return;
            }

            if (time.GetElapsedTime(startedAt) >= GiveUpAfter)
            {
                giveBack(batch);
                return;
            }

            await Task.Delay(backoff.Next(), time, stopping);
        }
    }
}
