namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>Sizes of the machinery around one key; the defaults fit.</summary>
public sealed record LiveStreamSettings
{
    /// <summary>
    /// Commands of one key that may be under way at once, held attempts included. Beyond it the answer is "overloaded". From 1.
    /// </summary>
    public int MailboxSize { get; init; } = 64;

    /// <summary>Records between two snapshots of a key. A recovery reads as many at most. From 1.</summary>
    public int SnapshotEvery { get; init; } = 256;

    /// <summary>How long a key with nothing under way stays in memory after its last command.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Keys in memory beyond which one that is on air leaves it too, after <see cref="RestAfter"/>, and one with nothing under way no
    /// later. With 30,000 they are about 150 MB.
    /// </summary>
    public int KeysInMemory { get; init; } = 30_000;

    /// <summary>How long nothing happened to a key that leaves memory because there are too many.</summary>
    public TimeSpan RestAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Asks of this member that may be under way at once. Below the 5,000 writes that the journal queues.</summary>
    public int MaxAsks { get; init; } = 3000;

    /// <summary>Messages that nobody waits for and that may be under way at once; more wait for their turn.</summary>
    public int MaxTells { get; init; } = 1000;

    /// <summary>
    /// Messages that nobody waits for and that may wait for their turn; more are dropped, and a sweep finds what they would have told.
    /// </summary>
    public int MaxWaitingTells { get; init; } = 50_000;
}
