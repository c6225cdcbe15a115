using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>What goes wrong with one batch.</summary>
public abstract record AppendFault
{
    private AppendFault()
    {
    }

    /// <summary>The outcome is unknown, and nothing was written.</summary>
    public sealed record LostRequest : AppendFault;

    /// <summary>The outcome is unknown, and all was written.</summary>
    public sealed record LostAcknowledgement : AppendFault;

    /// <summary>The outcome is unknown at once, and the write reaches the store only later.</summary>
    public sealed record LateArrival(TimeSpan After) : AppendFault;

    /// <summary>It takes so long.</summary>
    public sealed record Delay(TimeSpan Time) : AppendFault;

    /// <summary>It waits until the task ends.</summary>
    public sealed record Hold(Task Until) : AppendFault;

    /// <summary>The store throws, against its promise, and nothing was written.</summary>
    public sealed record Throw : AppendFault;
}

/// <summary>Wraps a journal and spoils chosen calls. Appends are counted from 1.</summary>
public sealed class FaultyJournal(IJournal journal, TimeProvider time) : IJournal
{
    private readonly Dictionary<int, AppendFault> _planned = [];

    /// <summary>Batches appended so far.</summary>
    public int Appends { get; private set; }

    /// <summary>Requests in each batch so far.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>Loads of an entity so far.</summary>
    public int Loads { get; private set; }

    /// <summary>Loads of a backlog so far.</summary>
    public int BacklogLoads { get; private set; }

    /// <summary>Asked for every batch that has no plan of its own; null for none.</summary>
    public Func<int, IReadOnlyList<AppendRequest>, AppendFault?>? Choose { get; set; }

    /// <summary>While on, reads throw <see cref="StoreUnavailableException"/> and nothing is confirmed.</summary>
    public bool ReadsFail { get; set; }

    /// <summary>While set, loads of this entity throw it.</summary>
    public Func<string, Exception?>? LoadFails { get; set; }

    /// <summary>While set, loads of entities wait for it.</summary>
    public Task? LoadsWaitFor { get; set; }

    /// <summary>Spoils the batch of this number.</summary>
    public FaultyJournal On(int append, AppendFault fault)
    {
        _planned[append] = fault;
        return this;
    }

    /// <summary>Spoils the next batch.</summary>
    public FaultyJournal OnNext(AppendFault fault) => On(Appends + 1, fault);

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var number = ++Appends;
        BatchSizes.Add(batch.Count);
        AppendRequest[] requests = [.. batch];
        switch (_planned.TryGetValue(number, out var planned) ? planned : Choose?.Invoke(number, requests))
        {
            case AppendFault.LostRequest:
                return Unknown(requests);

            case AppendFault.LostAcknowledgement:
                await journal.AppendAsync(requests, cancellation);
                return Unknown(requests);

            case AppendFault.LateArrival late:
                _ = ArriveAsync(requests, late.After);
                return Unknown(requests);

            case AppendFault.Delay delay:
                await Task.Delay(delay.Time, time, cancellation);
                return await journal.AppendAsync(requests, cancellation);

            case AppendFault.Hold hold:
                await hold.Until;
                return await journal.AppendAsync(requests, cancellation);

            case AppendFault.Throw:
                throw new IOException("the store fell over");

            default:
                return await journal.AppendAsync(requests, cancellation);
        }
    }

    public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        return ReadsFail ? Task.FromResult<IReadOnlyList<bool>>(new bool[epochs.Count]) : journal.VerifyAsync(epochs, cancellation);
    }

    public async Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation)
    {
        Loads++;
        if (LoadsWaitFor is { } wait)
        {
            await wait;
        }

        return LoadFails?.Invoke(entityId) is { } fault ? throw fault : await Reading().LoadAsync(shard, entityId, cancellation);
    }

    public async Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation)
    {
        BacklogLoads++;
        return await Reading().LoadBacklogAsync(shard, cancellation);
    }

    public async Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        await Reading().ReadBackwardsAsync(shard, entityId, beforeSequence, limit, cancellation);

    public async Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) =>
        await Reading().ListAsync(query, cancellation);

    private static IReadOnlyList<AppendOutcome> Unknown(AppendRequest[] requests) => new AppendOutcome[requests.Length];

    private IJournal Reading() => ReadsFail ? throw new StoreUnavailableException("the store does not answer") : journal;

    private async Task ArriveAsync(AppendRequest[] requests, TimeSpan after)
    {
        await Task.Delay(after, time);
        await journal.AppendAsync(requests, CancellationToken.None);
    }
}
