using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>What the API stands on; one per program.</summary>
internal sealed record ApiContext
{
    public required IShardRegion<LiveStreamCommand, LiveStreamReply> Region { get; init; }
    public required IJournal Journal { get; init; }

    /// <summary>The shard of an entity.</summary>
    public required Func<string, int> ShardOf { get; init; }

    /// <summary>Reads a stored event. Throws <see cref="FormatException"/> for one that this version does not know.</summary>
    public required Func<StoredEvent, LiveStreamEvent> Decode { get; init; }

    /// <summary>What is known of every SRS node, as of now.</summary>
    public required Func<IReadOnlyList<OriginView>> Origins { get; init; }

    /// <summary>Which of them take no new streams.</summary>
    public Func<Task<IReadOnlySet<string>>> Drained { get; init; } = () => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());
    public required ApiOptions Options { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>How long a call waits for an entity.</summary>
    public TimeSpan AskTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
