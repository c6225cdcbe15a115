using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <summary>
/// Everything that follows from one decision that writes, worked out before it is written: what is left to do once it is durable calls
/// no code of the behavior and cannot fail halfway.
/// </summary>
internal sealed class Change<TState, TCommand, TEvent, TReply>(
    Message<TState, TCommand, TEvent, TReply> message, TState state, AppendRequest request, bool hasReply) : IAppend
    where TCommand : notnull
    where TReply : notnull
{
    public Message<TState, TCommand, TEvent, TReply> Message { get; } = message;

    /// <summary>The state after the events.</summary>
    public TState State { get; } = state;
    public AppendRequest Request { get; } = request;

    /// <summary>Whether the message is answered by the decision itself, else it waits under its ticket.</summary>
    public bool HasReply { get; } = hasReply;

    /// <summary>Answers to those who wait.</summary>
    public List<(string Ticket, TReply Reply)>? Answers { get; init; }

    void IAppend.Appended(AppendOutcome outcome) => Message.Entity!.Appended(this, outcome);

    /// <summary>Works out a change. Throws what the behavior throws.</summary>
    public static Change<TState, TCommand, TEvent, TReply> Of(Message<TState, TCommand, TEvent, TReply> message,
        EntityDecision<TEvent, TReply> decision, TState before, long sequence, int sinceSnapshot,
        ShardRegion<TState, TCommand, TEvent, TReply> region)
    {
        var behavior = region.Behavior;
        var state = before;
        var events = new EventData[decision.Events.Count];
        List<EffectData>? started = null;
        List<string>? ended = null;
        List<(string, TReply)>? answers = null;
        for (var i = 0; i < events.Length; i++)
        {
            var @event = decision.Events[i];
            state = behavior.Evolve(state, @event);
            events[i] = behavior.Encode(@event);
            if (behavior.EffectEndedBy(@event) is { } end)
            {
                // One name stands in one list only, the last word counts: a store need not know in which order the two apply.
                started?.RemoveAll(effect => effect.Name == end);
                (ended ??= []).Remove(end);
                ended.Add(end);
            }

            if (behavior.EffectStartedBy(@event) is { } start)
            {
                ended?.Remove(start.Name);
                (started ??= []).RemoveAll(effect => effect.Name == start.Name);
                started.Add(start);
            }

            if (behavior.AnswerOf(@event) is { } answer)
            {
                (answers ??= []).Add(answer);
            }
        }

        var request = new AppendRequest
        {
            Owner = message.Owner,
            EntityId = message.Entity!.Id,
            PreviousSequence = sequence,
            Events = events,

            // The cast is no ornament: a bare null turns into an empty memory here, which is a snapshot of nothing.
            Snapshot = sinceSnapshot + events.Length >= region.Settings.SnapshotEvery ? behavior.EncodeState(state) : (ReadOnlyMemory<byte>?)null,
            EffectsStarted = started is null ? [] : started,
            EffectsEnded = ended is null ? [] : ended,
            WakeAt = behavior.WakeAt(state),
            Labels = behavior.LabelsOf(state),
        };
        return new Change<TState, TCommand, TEvent, TReply>(message, state, request, decision.HasReply) { Answers = answers };
    }
}
