using Akka.Actor;
using Akka.Cluster.Sharding;
using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>
/// What a shard does and no more: starts the actor of a key for a message, keeps what comes while it leaves memory, and forgets it when
/// it stops.
/// </summary>
internal sealed class ShardStandIn(Func<string, Props> entity) : UntypedActor
{
    private readonly Dictionary<string, IActorRef> _entities = [];
    private readonly Dictionary<string, List<(object Message, IActorRef Sender)>> _leaving = [];

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StreamEnvelope envelope when _leaving.TryGetValue(envelope.Key, out var kept):
                kept.Add((envelope, Sender));
                break;
            case StreamEnvelope envelope:
                EntityOf(envelope.Key).Forward(envelope);
                break;
            case Passivate passivate when KeyOf(Sender) is { } key:
                _leaving[key] = [];
                Sender.Tell(passivate.StopMessage);
                break;
            case HandOff handOff when _entities.TryGetValue(handOff.Key, out var leaving):
                _leaving[handOff.Key] = [];
                leaving.Tell(Retire.Instance);
                break;
            case Crash crash when _entities.TryGetValue(crash.Key, out var crashing):
                Context.Stop(crashing);
                break;
            case Terminated terminated when KeyOf(terminated.ActorRef) is { } key:
                _entities.Remove(key);
                if (_leaving.Remove(key, out var waiting))
                {
                    waiting.ForEach(kept => EntityOf(key).Tell(kept.Message, kept.Sender));
                }

                break;
        }
    }

    private IActorRef EntityOf(string key)
    {
        if (!_entities.TryGetValue(key, out var actor))
        {
            _entities[key] = actor = Context.Watch(Context.ActorOf(entity(key)));
        }

        return actor;
    }

    private string? KeyOf(IActorRef actor) => _entities.FirstOrDefault(pair => pair.Value.Equals(actor)).Key;

    /// <summary>The shard moves to another member.</summary>
    public sealed record HandOff(string Key);

    /// <summary>The owner dies.</summary>
    public sealed record Crash(string Key);
}
