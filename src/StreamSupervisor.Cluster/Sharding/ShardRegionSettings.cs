namespace StreamSupervisor.Cluster.Sharding;

/// <summary>Sizes and times of a region. The defaults fit; everything that can grow has its bound here.</summary>
public sealed record ShardRegionSettings
{
    public static readonly ShardRegionSettings Default = new();

    /// <summary>Messages that may wait for one entity.</summary>
    public int MailboxSize { get; init; } = 64;

    /// <summary>Asks that may wait under the tickets of one entity.</summary>
    public int MaxWaiting { get; init; } = 1024;

    /// <summary>Entities in memory.</summary>
    public int MaxEntities { get; init; } = 2_000_000;

    /// <summary>An entity that nobody spoke to for this long leaves memory, if it may.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Events between two snapshots.</summary>
    public int SnapshotEvery { get; init; } = 64;

    /// <summary>Appends that may wait for the journal, over all entities.</summary>
    public int AppendQueue { get; init; } = 16 * 1024;

    /// <summary>Batches under way at once. More than one pays only where the store commits them side by side.</summary>
    public int AppendLanes { get; init; } = 1;

    /// <summary>Requests in one batch.</summary>
    public int BatchRequests { get; init; } = 512;

    /// <summary>Bytes in one batch; one request alone may be larger.</summary>
    public int BatchBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Whether answers that write nothing wait until the store has confirmed the shard's epoch. Off, a member that lost a shard and does
    /// not know it yet answers from what it remembers.
    /// </summary>
    public bool VerifyAnswers { get; init; } = true;

    /// <summary>Entities and shards that are loaded at once.</summary>
    public int MaxLoads { get; init; } = 32;

    /// <summary>Effects that run at once; the others wait.</summary>
    public int MaxEffects { get; init; } = 256;

    /// <summary>The first pause before an entity that threw is restarted; four times as long after each further fault.</summary>
    public TimeSpan RestartBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Faults in a row after which an entity is quarantined.</summary>
    public int QuarantineAfter { get; init; } = 3;

    /// <summary>The first pause before a store that did not answer is asked again; doubles up to <see cref="StoreBackoffMax"/>.</summary>
    public TimeSpan StoreBackoff { get; init; } = TimeSpan.FromMilliseconds(100);
    public TimeSpan StoreBackoffMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first pause before an effect that threw runs again; doubles up to <see cref="EffectBackoffMax"/>.</summary>
    public TimeSpan EffectBackoff { get; init; } = TimeSpan.FromMilliseconds(500);
    public TimeSpan EffectBackoffMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a wakeup that changed nothing though it was due is put off: a state that never stops being due must not spin.</summary>
    public TimeSpan WakeAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    internal static TimeSpan Backoff(TimeSpan first, TimeSpan most, int failures, int factor = 2) =>
        TimeSpan.FromTicks((long)Math.Min(most.Ticks, first.Ticks * Math.Pow(factor, Math.Clamp(failures - 1, 0, 30))));
}
