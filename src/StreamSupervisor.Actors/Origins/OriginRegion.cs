using Akka.Actor;
using Akka.Cluster.Sharding;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.Origins;

/// <summary>The way to the actors of the SRS servers, wherever in the cluster they run.</summary>
public class OriginRegion
{
    /// <summary>The name of the shard type.</summary>
    public const string TypeName = "origin";

    /// <summary>There are a few dozen servers at most, so a shard is one server as a rule and moves with it.</summary>
    private const int Shards = 64;

    /// <summary>
    /// A question that got lost (its actor moved a moment ago) is asked again after this time; asking twice changes nothing.
    /// </summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(200);

    private readonly IActorRef _region;
    private readonly TimeProvider _time;

    /// <param name="region">The shard region, or in a test whatever takes its messages.</param>
    public OriginRegion(IActorRef region, TimeProvider time) => (_region, _time) = (region, time);

    /// <summary>Starts the shard region on this member.</summary>
    /// <param name="actorOf">The actor of a server, by its configured name.</param>
    public static OriginRegion Start(ActorSystem system, Func<string, Props> actorOf, TimeProvider time)
    {
        var sharding = ClusterSharding.Get(system);
        return new OriginRegion(sharding.Start(TypeName, actorOf, ClusterShardingSettings.Create(system),
            HashCodeMessageExtractor.Create(Shards, static message => (message as OriginMessage)?.Origin)), time);
    }

    /// <summary>Tells the actor of a server; at most once. Never blocks and never throws.</summary>
    /// <param name="sender">Who is answered; nobody by default.</param>
    public virtual void Tell(OriginMessage message, IActorRef? sender = null) => _region.Tell(message, sender ?? ActorRefs.NoSender);

    /// <summary>
    /// Asks a server's API, through its actor, whether the process that a hook names runs there; again until the deadline while it
    /// gives no answer: it sends hooks, so it will answer in a moment. Those who ask at once share one call.
    /// </summary>
    /// <param name="serverId">As the hook said; may be empty.</param>
    /// <param name="serviceId">As the hook said; empty on SRS 4.</param>
    /// <param name="deadline">When the answer is worth nothing any more.</param>
    /// <exception cref="OperationCanceledException">The asker went away.</exception>
    public virtual async Task<ProcessConfirmation> ConfirmAsync(string origin, string serverId, string serviceId, DateTimeOffset deadline,
        CancellationToken cancellation)
    {
        var question = new ConfirmProcess(origin, serverId, serviceId);
        var unknown = new ProcessConfirmation.Unreachable($"the actor of {origin} did not answer in time");
        var retry = new Backoff(FirstRetry, 2, LongestRetry);
        while (deadline - _time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            try
            {
                var answer = await _region.Ask<ProcessConfirmation>(question, left < AskAgainAfter ? left : AskAgainAfter, cancellation);
                if (answer is not ProcessConfirmation.Unreachable unreachable)
                {
                    return answer;
                }

                unknown = unreachable;
            }
            catch (AskTimeoutException)
            {
                // Lost on its way, or its actor has just moved.
            }

            var pause = retry.Next();
            if (_time.GetUtcNow() + pause >= deadline)
            {
                break;
            }

            await Task.Delay(pause, _time, cancellation);
        }

        return unknown;
    }
}
