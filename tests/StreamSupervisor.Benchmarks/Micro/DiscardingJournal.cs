using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>A store that takes everything at once and keeps nothing: what is left is the cost of the kernel.</summary>
internal sealed class DiscardingJournal : IJournal, IShardOwnership
{
    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        var outcomes = new AppendOutcome[batch.Count];
        Array.Fill(outcomes, AppendOutcome.Appended);
        return Task.FromResult<IReadOnlyList<AppendOutcome>>(outcomes);
    }

    public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        var current = new bool[epochs.Count];
        Array.Fill(current, true);
        return Task.FromResult<IReadOnlyList<bool>>(current);
    }

    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => Task.FromResult(new StoredEntity(0, null, []));

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => Task.FromResult(new ShardBacklog([], [], []));

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<StoredEvent>>([]);

    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<EntityListing>>([]);

    public Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation) => Task.FromResult<long?>(epoch + 1);

    public void Lost(ShardEpoch owned)
    {
    }
}
