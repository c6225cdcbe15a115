using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>
/// The simulated database: what a store promises, in memory. Members open it with <see cref="Open"/>; what they wrote outlives them.
/// The rules can be switched off one by one, to see a test fail for it.
/// </summary>
public sealed class MemoryStore
{
    private readonly ShardRow[] _shards = [.. Enumerable.Range(0, ShardMap.Shards).Select(_ => new ShardRow())];

    /// <summary>Guards everything: a store is shared by members on several threads.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Off: writes of an owner that was replaced are taken.</summary>
    public bool Fences { get; set; } = true;

    /// <summary>Off: writes that do not continue what is stored are taken.</summary>
    public bool ChecksContiguity { get; set; } = true;

    /// <summary>Off: an owner that raises its epoch, after a write of unknown outcome, does not fence what it has under way itself.</summary>
    public bool RaisesFence { get; set; } = true;

    /// <summary>Off: effects end also at the word of an owner that was replaced.</summary>
    public bool FencesEndsOfEffects { get; set; } = true;

    /// <summary>Off: an epoch that was replaced is confirmed, so that answers which write nothing are given from memory alone.</summary>
    public bool VerifiesEpochs { get; set; } = true;

    /// <summary>Requests that became durable.</summary>
    public long Appends { get; internal set; }

    /// <summary>Told of each request the moment it becomes durable, with the member that wrote it, whether or not its sender ever hears of it.</summary>
    public Action<string, AppendRequest>? Appended { get; set; }

    /// <summary>Told of each entity of which a write, or one that was refused, has ended effects.</summary>
    public Action<string>? EffectsEnded { get; set; }

    /// <summary>A member's view of it, owning nothing yet.</summary>
    public MemoryJournal Open(string member = "alone") => new(this, member);

    /// <summary>Every event of an entity, oldest first.</summary>
    public IReadOnlyList<StoredEvent> EventsOf(string entityId)
    {
        lock (Gate)
        {
            return Shard(ShardMap.ShardOf(entityId)).Entities.TryGetValue(entityId, out var entity) ? [.. entity.Events] : [];
        }
    }

    /// <summary>The names of the effects of an entity that are open.</summary>
    public IReadOnlyList<string> EffectsOf(string entityId)
    {
        lock (Gate)
        {
            return Shard(ShardMap.ShardOf(entityId)).Entities.TryGetValue(entityId, out var entity) ? [.. entity.Effects.Select(effect => effect.Name)] : [];
        }
    }

    /// <summary>The wakeup of an entity.</summary>
    public DateTimeOffset? WakeupOf(string entityId)
    {
        lock (Gate)
        {
            return Shard(ShardMap.ShardOf(entityId)).Entities.TryGetValue(entityId, out var entity) ? entity.WakeAt : null;
        }
    }

    /// <summary>The last snapshot of an entity.</summary>
    public long SnapshotOf(string entityId)
    {
        lock (Gate)
        {
            return Shard(ShardMap.ShardOf(entityId)).Entities.TryGetValue(entityId, out var entity) ? entity.SnapshotSequence : 0;
        }
    }

    /// <summary>Writes an event past every owner, as a fault would.</summary>
    public void Intrude(string entityId, EventData @event)
    {
        lock (Gate)
        {
            var row = Shard(ShardMap.ShardOf(entityId));
            var entity = row.Entity(entityId);
            entity.Events.Add(new StoredEvent(entity.LastSequence + 1, row.Epoch, @event.Kind, @event.Payload));
        }
    }

    internal ShardRow Shard(int shard) => _shards[shard];

    internal sealed class ShardRow
    {
        public long Epoch { get; set; }
        public string? Owner { get; set; }

        /// <summary>By id, in the order of ids: lists page through them.</summary>
        public SortedDictionary<string, EntityRow> Entities { get; } = new(StringComparer.Ordinal);

        public EntityRow Entity(string entityId)
        {
            if (!Entities.TryGetValue(entityId, out var entity))
            {
                Entities.Add(entityId, entity = new EntityRow());
            }

            return entity;
        }
    }

    internal sealed class EntityRow
    {
        public List<StoredEvent> Events { get; } = [];
        public long SnapshotSequence { get; set; }
        public ReadOnlyMemory<byte>? Snapshot { get; set; }
        public List<EffectData> Effects { get; } = [];
        public DateTimeOffset? WakeAt { get; set; }
        public EntityLabels? Labels { get; set; }
        public long LastSequence => Events.Count;
    }
}
