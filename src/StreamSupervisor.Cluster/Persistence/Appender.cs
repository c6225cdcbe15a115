using StreamSupervisor.Cluster.Observability;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Persistence;

/// <summary>One entity's change on its way into the journal.</summary>
internal interface IAppend
{
    AppendRequest Request { get; }

    /// <summary>What became of it. Called once, without a lock.</summary>
    void Appended(AppendOutcome outcome);
}

/// <summary>
/// Group commit over all entities and shards of a region. While one batch is at the store, the next gathers; nobody lingers for company,
/// so a lone request goes at once and load makes the batches by itself. An entity has at most one request here at a time, so requests of
/// one entity cannot overtake each other, however many lanes there are.
/// </summary>
internal sealed class Appender(IJournal journal, ShardRegionSettings settings, TimeProvider time, Dispatcher dispatcher, KernelMetrics metrics,
    CancellationToken stopping) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<IAppend> _queue = new();
    private int _lanes;

    /// <summary>Changes that wait for the next batch.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Queues a change.</summary>
    /// <returns>False when the queue is full: nothing will happen.</returns>
    public bool TryEnqueue(IAppend append)
    {
        lock (_gate)
        {
            if (_queue.Count >= settings.AppendQueue)
            {
                return false;
            }

            _queue.Enqueue(append);
            if (_lanes >= settings.AppendLanes)
            {
                return true;
            }

            _lanes++;
        }

        dispatcher.Post(this);
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = RunLaneAsync();

    private async Task RunLaneAsync()
    {
        Batch? done = null;
        while (true)
        {
            // The next batch is under way before the outcomes of the one before are told: the store does not wait for our bookkeeping.
            var next = Take(idle: done is null);
            var append = next is null ? null : AppendAsync(next);
            done?.Tell();
            if (append is not null)
            {
                await append;
            }
            else if (done is null)
            {
                return;
            }

            done = next;
        }
    }

    private Batch? Take(bool idle)
    {
        lock (_gate)
        {
            if (_queue.Count == 0)
            {
                if (idle)
                {
                    _lanes--;
                }

                return null;
            }

            var batch = new Batch(Math.Min(_queue.Count, settings.BatchRequests));
            var bytes = 0;
            while (batch.Requests.Count < settings.BatchRequests && _queue.TryPeek(out var first))
            {
                bytes += SizeOf(first.Request);
                if (bytes > settings.BatchBytes && batch.Requests.Count > 0)
                {
                    break;
                }

                batch.Add(_queue.Dequeue());
            }

            return batch;
        }
    }

    private async Task AppendAsync(Batch batch)
    {
        var since = time.GetTimestamp();
        try
        {
            batch.Outcomes = await journal.AppendAsync(batch.Requests, stopping);
        }
#pragma warning disable CA1031 // A store that throws against its promise: whatever it was, nobody knows what became of the batch.
        catch (Exception)
#pragma warning restore CA1031
        {
            batch.Outcomes = null;
        }

        metrics.Appended(batch.Requests.Count, time.GetElapsedTime(since));
    }

    private static int SizeOf(AppendRequest request)
    {
        var size = 64 + request.EntityId.Length + (request.Snapshot?.Length ?? 0) + (request.Labels?.Summary.Length ?? 0);
        for (var i = 0; i < request.Events.Count; i++)
        {
            size += 32 + request.Events[i].Payload.Length;
        }

        for (var i = 0; i < request.EffectsStarted.Count; i++)
        {
            size += 32 + request.EffectsStarted[i].Body.Length;
        }

        return size;
    }

    private sealed class Batch(int size)
    {
        private readonly List<IAppend> _appends = new(size);

        public List<AppendRequest> Requests { get; } = new(size);
        public IReadOnlyList<AppendOutcome>? Outcomes { get; set; }

        public void Add(IAppend append)
        {
            _appends.Add(append);
            Requests.Add(append.Request);
        }

        public void Tell()
        {
            for (var i = 0; i < _appends.Count; i++)
            {
                _appends[i].Appended(Outcomes is not null && i < Outcomes.Count ? Outcomes[i] : AppendOutcome.Unknown);
            }
        }
    }
}
