using System.Diagnostics;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <summary>
/// What one turn writes: the messages that were decided in it, one after another, each on the state that those before it make, and
/// everything that follows, worked out before it is written. What is left to do once it is durable calls no code of the behavior and cannot fail halfway.
/// </summary>
internal sealed class Change<TState, TCommand, TEvent, TReply>(Entity<TState, TCommand, TEvent, TReply> entity, TState before) : IAppend
    where TCommand : notnull
    where TReply : notnull
{
    private readonly List<EventData> _events = [];
    private MessageList<TState, TCommand, TEvent, TReply> _messages;
    private List<EffectData>? _started;
    private List<string>? _ended;
    private Dictionary<string, ActivityContext>? _causes;
    private AppendRequest? _request;
    private int _bytes;

    /// <summary>The state after the events so far.</summary>
    public TState State { get; private set; } = before;

    /// <summary>Messages in it.</summary>
    public int Count { get; private set; }

    /// <summary>Messages in it that will wait under their tickets.</summary>
    public int Waits { get; private set; }

    /// <summary>Whether a wakeup is among the messages.</summary>
    public bool Wakes { get; private set; }

    /// <summary>Whether a wakeup among the messages changed nothing.</summary>
    public bool WokenInVain { get; private set; }

    /// <summary>When the store said what became of it; the default while it has not.</summary>
    public DateTimeOffset ReturnedAt { get; set; }

    /// <summary>What is to be appended, once the change is sealed.</summary>
    public AppendRequest Request => _request!;

    private IEntityBehavior<TState, TCommand, TEvent, TReply> Behavior => entity.Shard.Region.Behavior;

    void IAppend.Appended(AppendOutcome outcome) => entity.Appended(this, outcome);

    /// <summary>
    /// Takes a decided message in. Throws what the behavior throws; then nothing of the message is in here.
    /// </summary>
    /// <returns>
    /// False when it must wait for the next turn: it starts an effect whose name an earlier message has ended. One request cannot say both in
    /// that order, and whoever carries the ended one out would go on with the new one as if it were the same.
    /// </returns>
    public bool TryAdd(Message<TState, TCommand, TEvent, TReply> message, EntityDecision<TEvent, TReply> decision)
    {
        var state = State;
        var encoded = _events.Count;
        var bytes = _bytes;
        List<EffectData>? started = null;
        List<string>? ended = null;
        List<(string, TReply)>? answers = null;
        try
        {
            for (var i = 0; i < decision.Events.Count; i++)
            {
                var @event = decision.Events[i];
                state = Behavior.Evolve(state, @event);
                var data = Behavior.Encode(@event);
                bytes += data.Payload.Length;
                _events.Add(data);
                if (Behavior.EffectEndedBy(@event) is { } end)
                {
                    started?.RemoveAll(effect => effect.Name == end);
                    Put(ref ended, end);
                }

                if (Behavior.EffectStartedBy(@event) is { } start)
                {
                    if (_ended?.Contains(start.Name) == true)
                    {
                        Undo(encoded);
                        return false;
                    }

                    ended?.Remove(start.Name);
                    Put(ref started, start);
                }

                if (Behavior.AnswerOf(@event) is { } answer)
                {
                    (answers ??= []).Add(answer);
                }
            }
        }
        catch
        {
            Undo(encoded);
            throw;
        }

        // One name stands in one list only, the last word counts: a store need not know in which order the two apply.
        foreach (var end in ended ?? [])
        {
            _started?.RemoveAll(effect => effect.Name == end);
            Put(ref _ended, end);
        }

        foreach (var start in started ?? [])
        {
            Put(ref _started, start);
            if (message.Trace is { } trace)
            {
                (_causes ??= [])[start.Name] = trace.Around;
            }
        }

        (State, _bytes) = (state, bytes);
        Count++;
        Waits += decision.HasReply || message.Kind != MessageKind.Ask ? 0 : 1;
        Wakes |= message.Kind == MessageKind.Wake;
        WokenInVain |= message.Kind == MessageKind.Wake && decision.Events.Count == 0;
        (message.Reply, message.HasReply, message.Answers, message.Events) = (decision.Reply, decision.HasReply, answers, decision.Events);
        _messages.Add(message);
        return true;
    }

    /// <summary>Whether another message may come in.</summary>
    public bool HasRoom(ShardRegionSettings settings) => Count < settings.BatchRequests && _bytes < settings.BatchBytes;

    /// <summary>Takes the first message out, once it is known what became of the change.</summary>
    public bool TryTake(out Message<TState, TCommand, TEvent, TReply> message)
    {
        message = _messages.IsEmpty ? null! : _messages.Take();
        message?.Trace?.AppendEnded = ReturnedAt;
        return message is not null;
    }

    /// <summary>The span of the request that an effect was started for; the default when nobody traced it.</summary>
    public ActivityContext CauseOf(string effect) => _causes?.GetValueOrDefault(effect) ?? default;

    /// <summary>Takes all messages out, in their order.</summary>
    public MessageList<TState, TCommand, TEvent, TReply> TakeAll()
    {
        var all = _messages;
        _messages = default;
        return all;
    }

    /// <summary>Makes the request. Throws what the behavior throws.</summary>
    public void Seal(ShardEpoch owner, long sequence, int sinceSnapshot)
    {
        var region = entity.Shard.Region;

        // Events end effects that mostly never started; what was not stored need not be deleted.
        _ended?.RemoveAll(name => !region.Effects.MayBeOpen(owner, entity.Id, name));
        _request = new AppendRequest
        {
            Owner = owner,
            EntityId = entity.Id,
            PreviousSequence = sequence,
            Events = _events,

            // The cast is no ornament: a bare null turns into an empty memory here, which is a snapshot of nothing.
            Snapshot = sinceSnapshot + _events.Count >= region.Settings.SnapshotEvery ? Behavior.EncodeState(State) : (ReadOnlyMemory<byte>?)null,
            EffectsStarted = _started is null ? [] : _started,
            EffectsEnded = _ended is null ? [] : _ended,
            WakeAt = Behavior.WakeAt(State),
            Labels = Behavior.LabelsOf(State),
        };
    }

    private void Undo(int events) => _events.RemoveRange(events, _events.Count - events);

    private static void Put(ref List<string>? names, string name)
    {
        names?.Remove(name);
        (names ??= []).Add(name);
    }

    private static void Put(ref List<EffectData>? effects, EffectData effect)
    {
        effects?.RemoveAll(other => other.Name == effect.Name);
        (effects ??= []).Add(effect);
    }
}
