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
    private readonly SoleLife _life;
    private readonly MemoryJournal _store;
    private readonly FaultyJournal _network;

    public WorldJournal(World world, SoleLife life, MemoryJournal store)
    {
        (_world, _life, _store) = (world, life, store);
        _network = new FaultyJournal(store, world.Time) { Choose = (_, _) => world.Faults.Append() };
    }

    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        AppendRequest[] requests = [.. batch];
        switch (_world.Faults.CrashAtAppend())
        {
            case Crash.BeforeTheWrite:
                _world.Kill(_life);
                break;
            case Crash.AfterTheWrite:
                _ = _life.CallAsync(() => _network.AppendAsync(requests, CancellationToken.None));
                _world.Kill(_life);
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
}
