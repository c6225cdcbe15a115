namespace StreamSupervisor.Cluster.Persistence;

/// <summary>
/// What a store must keep. One suite of tests holds every store to it.
/// <list type="bullet">
/// <item>A request is appended whole or not at all: its events, snapshot, effects, wakeup and labels become durable together.</item>
/// <item>It is appended only under the epoch that it names, by the owner that the store opened for, and only directly behind
/// <see cref="AppendRequest.PreviousSequence"/>.</item>
/// <item>Requests of one batch succeed or fail one by one; one that fails does not take another down.</item>
/// <item>An answer other than <see cref="AppendOutcome.Unknown"/> is certain. After Unknown the caller raises the epoch
/// (<see cref="Leases.IShardOwnership.ReacquireAsync"/>) before it believes anything.</item>
/// </list>
/// </summary>
public interface IJournal
{
    /// <summary>Appends a batch in one durable round trip. Requests of one entity stand in the order of their sequences.</summary>
    /// <returns>One outcome for each request, in their order. Does not throw for a store that fails: that is Unknown.</returns>
    Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation);

    /// <summary>Which of these epochs are still the ones that may write, for answers that write nothing.</summary>
    /// <returns>One flag for each; false also when the store does not answer.</returns>
    Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation);

    /// <summary>The last snapshot of an entity and the events behind it, in order.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation);

    /// <summary>What a new owner of a shard has to go on with: effects not ended, wakeups not fired, residents.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation);

    /// <summary>Events of an entity before <paramref name="beforeSequence"/>, newest first, at most <paramref name="limit"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation);

    /// <summary>Entities by their labels, ordered by id, behind <paramref name="query"/>'s cursor.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation);
}

/// <summary>What became of an append. Zero never means yes.</summary>
public enum AppendOutcome
{
    /// <summary>Nobody knows: a timeout, a broken connection. It may be durable, now or later.</summary>
    Unknown,

    /// <summary>Durable.</summary>
    Appended,

    /// <summary>Certainly not: the epoch is not the one that may write.</summary>
    Fenced,

    /// <summary>Certainly not: the last sequence in the store is not the one that the owner believes.</summary>
    Conflict,
}

/// <summary>A shard and the fencing token of one ownership of it.</summary>
public readonly record struct ShardEpoch(int Shard, long Epoch);

/// <summary>An event as stored: its name for ever, and its bytes.</summary>
public readonly record struct EventData(string Kind, ReadOnlyMemory<byte> Payload);

/// <summary>A stored event with its place and the store's time.</summary>
public sealed record StoredEvent(long Sequence, long Epoch, string Kind, ReadOnlyMemory<byte> Payload);

/// <summary>Work that events asked for, to be carried out at least once.</summary>
/// <param name="Name">Names it within its entity.</param>
public readonly record struct EffectData(string Name, ReadOnlyMemory<byte> Body);

/// <summary>
/// What a list of entities can be filtered by, and whether the entity stays in memory. The kernel attaches no meaning to the words.
/// </summary>
/// <param name="Status">A short word, matched whole.</param>
/// <param name="Place">A short word, matched whole; empty for none.</param>
/// <param name="Resident">Whether the entity must be in memory whenever its shard is owned: a new owner recovers it at once.</param>
/// <param name="Summary">What the list shows, as the entity encodes it.</param>
public sealed record EntityLabels(string Status, string Place, bool Resident, ReadOnlyMemory<byte> Summary);

/// <summary>One entity's part of a batch.</summary>
public sealed record AppendRequest
{
    public required ShardEpoch Owner { get; init; }
    public required string EntityId { get; init; }

    /// <summary>The last sequence that the owner knows to be durable; 0 for none. The first event gets the next number.</summary>
    public required long PreviousSequence { get; init; }

    public required IReadOnlyList<EventData> Events { get; init; }

    /// <summary>The state after the last of the events, when it is time for one.</summary>
    public ReadOnlyMemory<byte>? Snapshot { get; init; }
    public IReadOnlyList<EffectData> EffectsStarted { get; init; } = [];
    public IReadOnlyList<string> EffectsEnded { get; init; } = [];

    /// <summary>When the entity must be woken though no message comes; null for never. Replaces the one before.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The entity's new labels; null leaves them as they are.</summary>
    public EntityLabels? Labels { get; init; }

    public long LastSequence => PreviousSequence + Events.Count;
}

/// <summary>An entity as stored.</summary>
/// <param name="SnapshotSequence">The sequence of the last event in the snapshot; 0 for no snapshot.</param>
public sealed record StoredEntity(long SnapshotSequence, ReadOnlyMemory<byte>? Snapshot, IReadOnlyList<StoredEvent> Events)
{
    public long LastSequence => Events.Count > 0 ? Events[^1].Sequence : SnapshotSequence;
}

/// <summary>What is open in a shard.</summary>
/// <param name="Residents">The entities that must be in memory.</param>
public sealed record ShardBacklog(IReadOnlyList<OpenEffect> Effects, IReadOnlyList<OpenWakeup> Wakeups, IReadOnlyList<string> Residents);

public sealed record OpenEffect(string EntityId, EffectData Effect);

public sealed record OpenWakeup(string EntityId, DateTimeOffset At);

/// <summary>A page of a list.</summary>
/// <param name="After">The id of the last entity of the page before; empty for the first page.</param>
/// <param name="Limit">At most so many rows.</param>
/// <param name="Status">Only this status; null for all.</param>
/// <param name="Place">Only this place; null for all.</param>
/// <param name="Contains">Only ids that contain this text (case-insensitive); null for all.</param>
/// <param name="OnlyOpen">Only entities that are resident or have a wakeup. A store finds these fast, however many others it keeps; say it
/// where the other conditions imply it.</param>
public sealed record EntityQuery(string After, int Limit, string? Status = null, string? Place = null, string? Contains = null, bool OnlyOpen = false);

public sealed record EntityListing(string EntityId, EntityLabels Labels);

/// <summary>A read that the store did not answer. Reads may be repeated; writes say <see cref="AppendOutcome.Unknown"/> instead.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
