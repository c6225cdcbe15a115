using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>One member's journal and ownership on a <see cref="MemoryStore"/>: honours fencing, contiguity and atomicity as a real store must.</summary>
public sealed class MemoryJournal(MemoryStore store, string member) : IJournal, IShardOwnership
{
    /// <summary>Takes a shard, whoever had it: raises its epoch.</summary>
    public ShardEpoch Take(int shard)
    {
        lock (store.Gate)
        {
            var row = store.Shard(shard);
            row.Owner = member;
            return new ShardEpoch(shard, ++row.Epoch);
        }
    }

    /// <summary>Takes every shard at one epoch, higher than any before.</summary>
    public long TakeAll()
    {
        lock (store.Gate)
        {
            var epoch = 1 + Enumerable.Range(0, ShardMap.Shards).Max(shard => store.Shard(shard).Epoch);
            for (var shard = 0; shard < ShardMap.Shards; shard++)
            {
                store.Shard(shard).Owner = member;
                store.Shard(shard).Epoch = epoch;
            }

            return epoch;
        }
    }

    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var outcomes = new AppendOutcome[batch.Count];
        lock (store.Gate)
        {
            for (var i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] = AppendLocked(batch[i]);
            }
        }

        return Task.FromResult<IReadOnlyList<AppendOutcome>>(outcomes);
    }

    public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        lock (store.Gate)
        {
            return Task.FromResult<IReadOnlyList<bool>>([.. epochs.Select(epoch => !store.VerifiesEpochs || IsOwnerLocked(epoch))]);
        }
    }

    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            if (!store.Shard(shard).Entities.TryGetValue(entityId, out var entity))
            {
                return Task.FromResult(new StoredEntity(0, null, []));
            }

            var behind = entity.Events.Skip((int)entity.SnapshotSequence).ToList();
            return Task.FromResult(new StoredEntity(entity.SnapshotSequence, entity.Snapshot, behind));
        }
    }

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            var entities = store.Shard(shard).Entities;
            return Task.FromResult(new ShardBacklog(
                [.. entities.SelectMany(entity => entity.Value.Effects.Select(effect => new OpenEffect(entity.Key, effect)))],
                [.. entities.Where(entity => entity.Value.WakeAt is not null).Select(entity => new OpenWakeup(entity.Key, entity.Value.WakeAt!.Value))],
                [.. entities.Where(entity => entity.Value.Labels?.Resident == true).Select(entity => entity.Key)]));
        }
    }

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            return Task.FromResult<IReadOnlyList<StoredEvent>>(store.Shard(shard).Entities.TryGetValue(entityId, out var entity)
                ? [.. Enumerable.Reverse(entity.Events).Where(@event => @event.Sequence < beforeSequence).Take(limit)]
                : []);
        }
    }

    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (store.Gate)
        {
            return Task.FromResult<IReadOnlyList<EntityListing>>([.. Enumerable.Range(0, ShardMap.Shards)
                .SelectMany(shard => store.Shard(shard).Entities)
                .Where(entity => entity.Value.Labels is { } labels
                    && string.CompareOrdinal(entity.Key, query.After) > 0
                    && (!query.OnlyOpen || labels.Resident || entity.Value.WakeAt is not null)
                    && (query.Status is null || labels.Status == query.Status)
                    && (query.Place is null || labels.Place == query.Place)
                    && (query.Contains is null || entity.Key.Contains(query.Contains, StringComparison.OrdinalIgnoreCase)))
                .OrderBy(entity => entity.Key, StringComparer.Ordinal)
                .Take(query.Limit)
                .Select(entity => new EntityListing(entity.Key, entity.Value.Labels!))]);
        }
    }

    public Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation)
    {
        lock (store.Gate)
        {
            return Task.FromResult(IsOwnerLocked(new ShardEpoch(shard, epoch)) ? (long?)++store.Shard(shard).Epoch : null);
        }
    }

    private bool IsOwnerLocked(ShardEpoch owner) => store.Shard(owner.Shard) is var row && row.Owner == member
        && (row.Epoch == owner.Epoch || (!store.RaisesFence && owner.Epoch < row.Epoch));

    private AppendOutcome AppendLocked(AppendRequest request)
    {
        if (store.Fences && !IsOwnerLocked(request.Owner))
        {
            if (!store.FencesEndsOfEffects && EndEffects(store.Shard(request.Owner.Shard).Entity(request.EntityId), request))
            {
                store.EffectsEnded?.Invoke(request.EntityId);
            }

            return AppendOutcome.Fenced;
        }

        var entity = store.Shard(request.Owner.Shard).Entity(request.EntityId);
        if (store.ChecksContiguity && entity.LastSequence != request.PreviousSequence)
        {
            return AppendOutcome.Conflict;
        }

        foreach (var @event in request.Events)
        {
            entity.Events.Add(new StoredEvent(entity.LastSequence + 1, request.Owner.Epoch, @event.Kind, @event.Payload));
        }

        if (request.Snapshot is not null)
        {
            (entity.Snapshot, entity.SnapshotSequence) = (request.Snapshot, request.LastSequence);
        }

        var haveEnded = EndEffects(entity, request);
        entity.Effects.AddRange(request.EffectsStarted.Where(started => entity.Effects.TrueForAll(effect => effect.Name != started.Name)));
        entity.WakeAt = request.WakeAt;
        entity.Labels = request.Labels ?? entity.Labels;
        store.Appends++;
        store.Appended?.Invoke(member, request);
        if (haveEnded)
        {
            store.EffectsEnded?.Invoke(request.EntityId);
        }

        return AppendOutcome.Appended;
    }

    private static bool EndEffects(MemoryStore.EntityRow entity, AppendRequest request) =>
        entity.Effects.RemoveAll(effect => request.EffectsEnded.Contains(effect.Name)) > 0;
}
