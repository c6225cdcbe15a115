using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Domain.LiveStreams;
using Behavior = StreamSupervisor.Cluster.Entities.IEntityBehavior<StreamSupervisor.Domain.LiveStreams.LiveStreamState,
    StreamSupervisor.Domain.LiveStreams.LiveStreamCommand, StreamSupervisor.Domain.LiveStreams.LiveStreamEvent, StreamSupervisor.Domain.LiveStreams.LiveStreamReply>;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>The rules of a stream key with one of them changed.</summary>
internal sealed class ChangedBehavior(Behavior rules) : Behavior
{
    /// <summary>What is decided instead of this command.</summary>
    public Func<LiveStreamState, LiveStreamCommand, LiveStreamCommand> Hears { get; init; } = (_, command) => command;

    /// <summary>What happens instead of these events.</summary>
    public Func<LiveStreamState, IReadOnlyList<LiveStreamEvent>, IReadOnlyList<LiveStreamEvent>> Decides { get; init; } = (_, events) => events;

    /// <summary>Whether an event starts its effect.</summary>
    public Predicate<LiveStreamEvent> Starts { get; init; } = _ => true;

    public LiveStreamCommand Wake => rules.Wake;

    public LiveStreamState Initial(string entityId) => rules.Initial(entityId);

    public EntityDecision<LiveStreamEvent, LiveStreamReply> Decide(string entityId, LiveStreamState state, LiveStreamCommand command, DateTimeOffset now)
    {
        var decision = rules.Decide(entityId, state, Hears(state, command), now);
        return decision with { Events = Decides(state, decision.Events) };
    }

    public LiveStreamState Evolve(LiveStreamState state, LiveStreamEvent @event) => rules.Evolve(state, @event);

    public DateTimeOffset? WakeAt(LiveStreamState state) => rules.WakeAt(state);

    public string? TicketOf(LiveStreamCommand command) => rules.TicketOf(command);

    public (string Ticket, LiveStreamReply Reply)? AnswerOf(LiveStreamEvent @event) => rules.AnswerOf(@event);

    public EffectData? EffectStartedBy(LiveStreamEvent @event) => Starts(@event) ? rules.EffectStartedBy(@event) : null;

    public string? EffectEndedBy(LiveStreamEvent @event) => rules.EffectEndedBy(@event);

    public bool MayPassivate(LiveStreamState state) => rules.MayPassivate(state);

    public EntityLabels LabelsOf(LiveStreamState state) => rules.LabelsOf(state);

    public EventData Encode(LiveStreamEvent @event) => rules.Encode(@event);

    public LiveStreamEvent Decode(string kind, ReadOnlyMemory<byte> payload) => rules.Decode(kind, payload);

    public ReadOnlyMemory<byte> EncodeState(LiveStreamState state) => rules.EncodeState(state);

    public LiveStreamState DecodeState(ReadOnlyMemory<byte> snapshot) => rules.DecodeState(snapshot);
}
