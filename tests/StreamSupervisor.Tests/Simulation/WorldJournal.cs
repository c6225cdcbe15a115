using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// The store as one life of the supervisor sees it: writes take their time, get lost on the way there or back, arrive late; and at the chosen
/// position the life ends, before or after the write.
/// </summary>
internal sealed class WorldJournal : IJournal, IShardOwnership
{
    private readonly World _world;
    private readonly Life _life;
    private readonly MemoryJournal _store;
    private readonly FaultyJournal _network;

    public WorldJournal(World world, Life life, MemoryJournal store)
    {
        (_world, _life, _store) = (world, life, store);
        _network = new FaultyJournal(new Recorder(world, life, store), world.Time) { Choose = (_, _) => world.Faults.Append() };
    }

    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        AppendRequest[] requests = [.. batch];
        switch (_world.Faults.CrashAtAppend())
        {
            case Crash.BeforeTheWrite:
                _world.Kill();
                break;
            case Crash.AfterTheWrite:
                _ = _life.CallAsync(() => _network.AppendAsync(requests, CancellationToken.None));
                _world.Kill();
                break;
        }

        return _life.CallAsync(() => _network.AppendAsync(requests, CancellationToken.None));
    }

    public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation) => _world.Faults.StoreIsDown
        ? Task.FromResult<IReadOnlyList<bool>>(new bool[epochs.Count])
        : _store.VerifyAsync(epochs, cancellation);

    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => Reading().LoadAsync(shard, entityId, cancellation);

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => Reading().LoadBacklogAsync(shard, cancellation);

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        Reading().ReadBackwardsAsync(shard, entityId, beforeSequence, limit, cancellation);

    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) => Reading().ListAsync(query, cancellation);

    public Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation) =>
        _world.Faults.StoreIsDown ? Task.FromResult<long?>(null) : _store.ReacquireAsync(shard, epoch, cancellation);

    private MemoryJournal Reading() => _world.Faults.StoreIsDown ? throw new StoreUnavailableException("the store does not answer") : _store;

    /// <summary>Stands right before the store: what it lets through is durable.</summary>
    private sealed class Recorder(World world, Life life, MemoryJournal store) : IJournal
    {
        public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
        {
            var outcomes = await store.AppendAsync(batch, cancellation);
            for (var i = 0; i < outcomes.Count; i++)
            {
                if (outcomes[i] == AppendOutcome.Appended)
                {
                    world.History.Durable(life, batch[i]);
                }
            }

            return outcomes;
        }

        public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
