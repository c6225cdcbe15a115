using Akka.Cluster.Sharding;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// Says which shard a key is in. The hash is Akka's own (MurmurHash of the text), the same on every platform and in every process. The
/// number of shards must be the same on all members, so it is a constant.
/// </summary>
public sealed class LiveStreamMessageExtractor() : HashCodeMessageExtractor(Shards)
{
    /// <summary>The coordinator hands out shard by shard, so that more of them make a failover longer and fewer spread worse.</summary>
    public const int Shards = 64;

    public override string? EntityId(object message) => (message as StreamEnvelope)?.Key;
}
