using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Actors;

/// <summary>One shard of the streams that is in memory somewhere.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="Address">Of the member that has it, in Akka's words.</param>
/// <param name="Streams">Keys in memory there.</param>
public sealed record ShardSighting(int Shard, string Address, int Streams);

/// <summary>Where the shards of the streams are. A shard that nobody has asked for since its owner left has none.</summary>
public sealed class ShardView
{
    /// <summary>Every shard has a number below this.</summary>
    public const int Shards = LiveStreamMessageExtractor.Shards;

    private readonly ActorSystem _system;

    internal ShardView(ActorSystem system) => _system = system;

    /// <summary>The shard of a key.</summary>
    public static int ShardOf(string key) => int.Parse(
        new LiveStreamMessageExtractor().ShardId(key)!, CultureInfo.InvariantCulture);

    /// <summary>Asks every member for its shards, by their numbers. Members that do not answer in time are left out.</summary>
    /// <param name="within">How long to wait.</param>
    /// <exception cref="InvalidOperationException">The actors of this member have ended.</exception>
    public async Task<IReadOnlyList<ShardSighting>> LookAsync(TimeSpan within, CancellationToken cancellation)
    {
        var region = Region;
        try
        {
            var stats = await region.Ask<ClusterShardingStats>(new GetClusterShardingStats(within), within + within, cancellation);
            return
            [
                .. stats.Regions
                    .SelectMany(at => at.Value.Stats.Select(shard =>
                        new ShardSighting(NumberOf(shard.Key), AddressOf(at.Key), shard.Value)))
                    .OrderBy(shard => shard.Shard),
            ];
        }
        catch (AskTimeoutException)
        {
            return [];
        }
    }

    /// <summary>The keys in memory of a shard, where this member has it; null where it has not, or does not say so in time.</summary>
    public async Task<IReadOnlyList<string>?> KeysHereAsync(int shard, TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            var state = await Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, within, cancellation);
            return state.Shards.FirstOrDefault(one => NumberOf(one.ShardId) == shard) is { } here
                ? [.. here.EntityIds.Order(StringComparer.Ordinal)]
                : null;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>How many shards this member has, and how many keys are in memory in them; null where it does not say so in time.</summary>
    internal async Task<(int Shards, int Entities)?> CountHereAsync(TimeSpan within)
    {
        try
        {
            var here = await Region.Ask<ShardRegionStats>(GetShardRegionStats.Instance, within);
            return (here.Stats.Count, here.Stats.Values.Sum());
        }
        catch (Exception)
        {
            return null; // It ends, or is too busy: the numbers stay as they were.
        }
    }

    private IActorRef Region => _system.WhenTerminated.IsCompleted
        ? throw new InvalidOperationException("The actor system has ended.")
        : ClusterSharding.Get(_system).ShardRegion(LiveStreamRegion.TypeName);

    /// <summary>The region of this member names itself without a host.</summary>
    private string AddressOf(Address address) => (address.HasGlobalScope ? address : Cluster.Get(_system).SelfAddress).ToString();

    private static int NumberOf(string shardId) => int.Parse(shardId, CultureInfo.InvariantCulture);
}
