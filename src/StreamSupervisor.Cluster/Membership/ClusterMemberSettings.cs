namespace StreamSupervisor.Cluster.Membership;

/// <summary>Times and sizes of a member's life. All members of a cluster should have the same.</summary>
public sealed record ClusterMemberSettings
{
    public static readonly ClusterMemberSettings Default = new();

    /// <summary>How long a beat keeps a member alive, by the clock of the store.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A member stops serving so long before its lease ends: clocks do not run equally fast, and stopping takes a moment too.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two beats, give or take a tenth.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks at members and shards. Hints make it look at once.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two looks, however many hints come; and between the two looks that a fast declaration of death needs.</summary>
    public TimeSpan PollSoon { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>A longer time between two looks is a gap: what was seen before it says nothing about who is dead now.</summary>
    public TimeSpan PollGap { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For one call of the store.</summary>
    public TimeSpan StoreTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For one look whether an address refuses connections.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>So long the members must have been the same before shards move for balance: they start one after the other.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Shards taken in one call: the first are recovered while the next are taken.</summary>
    public int GrabBatch { get; init; } = 64;

    /// <summary>Shards that are passed on, or taken back, at once.</summary>
    public int Moves { get; init; } = 16;

    /// <summary>For what stands in the mailboxes of a shard that is passed on.</summary>
    public TimeSpan HandOffPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Before a shard that was lost though the map says it is ours is taken again.</summary>
    public TimeSpan RetakeAfter { get; init; } = TimeSpan.FromSeconds(1);
}
