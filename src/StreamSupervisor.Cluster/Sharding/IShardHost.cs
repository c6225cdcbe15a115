using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>The side of a region that ownership speaks to: what this member owns is given and taken here.</summary>
public interface IShardHost
{
    /// <summary>
    /// This member owns a shard under this epoch: recover what is open in it, then serve. Owning it again under a higher epoch drops what
    /// is in memory and recovers. An epoch that is not higher than the one known changes nothing.
    /// </summary>
    /// <returns>Ends when the shard is served, or is not ours any more. A store that does not answer is tried again, with backoff.</returns>
    Task OwnAsync(ShardEpoch owned, CancellationToken cancellation);

    /// <summary>
    /// Takes a shard away. Gracefully: takes nothing new, finishes what stands in the mailboxes, then drops; whoever still waits hears
    /// <see cref="AskStatus.Unavailable"/> and asks the next owner. Otherwise drops at once.
    /// </summary>
    /// <param name="shard">The shard.</param>
    /// <param name="graceful">Whether to finish what was taken.</param>
    /// <param name="cancellation">Ends the patience of a graceful one: what is not finished is dropped.</param>
    Task DisownAsync(int shard, bool graceful, CancellationToken cancellation);

    /// <summary>Where a shard stands here.</summary>
    ShardState StateOf(int shard);

    /// <summary>What this member knows of a shard, for people who look.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="most">Names at most so many of its entities; 0 for none.</param>
    ShardReport ReportOf(int shard, int most);
}

/// <summary>A shard on this member at one moment.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Epoch">The last epoch under which it was owned here; 0 for never.</param>
/// <param name="Entities">How many of its entities are in memory.</param>
/// <param name="Names">Some of them, in the order of their ids.</param>
/// <param name="Wakeups">Deadlines that are awaited.</param>
/// <param name="Open">Messages taken and not yet at their end.</param>
public sealed record ShardReport(ShardState State, long Epoch, int Entities, IReadOnlyList<string> Names, int Wakeups, int Open);

/// <summary>Where a shard stands on this member. Zero never means yes.</summary>
public enum ShardState
{
    /// <summary>Never owned here, or given up as asked.</summary>
    NotOwned,

    /// <summary>Owned; what was open in it is being loaded. Asks wait.</summary>
    Recovering,

    /// <summary>Owned and answering.</summary>
    Serving,

    /// <summary>Owned for what was taken before; takes nothing new.</summary>
    Draining,

    /// <summary>A write was fenced: another owner has it, or will.</summary>
    Lost,
}
