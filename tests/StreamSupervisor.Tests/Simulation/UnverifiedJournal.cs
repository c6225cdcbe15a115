using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>A journal whose owner believes in its epoch without asking, so that answers which write nothing are given from memory alone.</summary>
internal sealed class UnverifiedJournal(IJournal journal) : IJournal
{
    public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<bool>>([.. epochs.Select(_ => true)]);

    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation) => journal.AppendAsync(batch, cancellation);

    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => journal.LoadAsync(shard, entityId, cancellation);

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => journal.LoadBacklogAsync(shard, cancellation);

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        journal.ReadBackwardsAsync(shard, entityId, beforeSequence, limit, cancellation);

    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) => journal.ListAsync(query, cancellation);
}
