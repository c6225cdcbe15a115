using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Cluster.Entities;

/// <summary>
/// The bridge between the kernel and a pure decider: how entities of one kind decide, change, and are stored. Every method is pure and
/// called by one thread at a time for one entity.
/// </summary>
public interface IEntityBehavior<TState, TCommand, TEvent, TReply>
    where TCommand : notnull
    where TReply : notnull
{
    TState Initial(string entityId);

    EntityDecision<TEvent, TReply> Decide(string entityId, TState state, TCommand command, DateTimeOffset now);

    TState Evolve(TState state, TEvent @event);

    /// <summary>When the entity wants <see cref="Wake"/> though nobody calls.</summary>
    DateTimeOffset? WakeAt(TState state);

    /// <summary>The command that a deadline delivers.</summary>
    TCommand Wake { get; }

    /// <summary>
    /// The name under which this ask waits when the decision gives no answer at once. Several asks may wait under one ticket;
    /// all get the same answer. Null for commands that never wait.
    /// </summary>
    string? TicketOf(TCommand command);

    /// <summary>The answer that an event gives to those who wait under a ticket.</summary>
    (string Ticket, TReply Reply)? AnswerOf(TEvent @event);

    /// <summary>The effect that an event starts.</summary>
    EffectData? EffectStartedBy(TEvent @event);

    /// <summary>The name of the effect that an event ends.</summary>
    string? EffectEndedBy(TEvent @event);

    /// <summary>Whether the entity may leave memory when it is idle. It comes back by its next message, wakeup or effect.</summary>
    bool MayPassivate(TState state);

    EntityLabels LabelsOf(TState state);

    EventData Encode(TEvent @event);

    /// <exception cref="FormatException">Not one of ours, or written by a newer version.</exception>
    TEvent Decode(string kind, ReadOnlyMemory<byte> payload);

    ReadOnlyMemory<byte> EncodeState(TState state);

    /// <exception cref="FormatException">Not one of ours, or written by a newer version.</exception>
    TState DecodeState(ReadOnlyMemory<byte> snapshot);
}

/// <summary>Events that become true together, and the answer; no answer means that the ask waits under its ticket.</summary>
public readonly record struct EntityDecision<TEvent, TReply>(IReadOnlyList<TEvent> Events, bool HasReply, TReply? Reply);

/// <summary>
/// Sees every entity's state as it becomes true: after recovery, after each durable append, and when the entity leaves memory or its
/// shard is lost (then the state is null). Called by the entity's own turn: must be quick and must not throw.
/// </summary>
public interface IEntityObserver<in TState>
{
    void Changed(string entityId, TState? state);
}

/// <summary>
/// Hears every decision's events once, when they are durable: what is counted there has happened. One whose write ended unknown is not told,
/// though it may have happened. Called by the entity's own turn: must be quick and must not throw.
/// </summary>
public interface IEventWitness<in TEvent>
{
    void Appended(IReadOnlyList<TEvent> events);
}

/// <summary>
/// Carries out effects. The kernel starts an effect once its event is durable, and again after a restart or a failover, until an event
/// ends it; then its token is cancelled. An implementation reports by asking the entity, retries by itself, and ends when its report was taken.
/// </summary>
public interface IEffectRunner
{
    Task RunAsync(string entityId, EffectData effect, CancellationToken cancellation);
}
