using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Hosting;

/// <summary>Lets the kernel run the pure rules of a stream key, and says how what comes of them is stored.</summary>
internal sealed class LiveStreamBehavior(PolicyBook policies) : IEntityBehavior<LiveStreamState, LiveStreamCommand, LiveStreamEvent, LiveStreamReply>
{
    public LiveStreamCommand Wake => Domain.LiveStreams.Wake.Instance;

    public LiveStreamState Initial(string entityId) => new() { Key = StreamKey.Parse(entityId) };

    public EntityDecision<LiveStreamEvent, LiveStreamReply> Decide(string entityId, LiveStreamState state, LiveStreamCommand command, DateTimeOffset now)
    {
        var decision = LiveStream.Decide(state, command, policies.PolicyFor(state.Key), now);
        return new EntityDecision<LiveStreamEvent, LiveStreamReply>(decision.Events, decision.Reply is not null, decision.Reply);
    }

    public LiveStreamState Evolve(LiveStreamState state, LiveStreamEvent @event) => LiveStream.Evolve(state, @event);

    public DateTimeOffset? WakeAt(LiveStreamState state) => LiveStream.WakeAt(state);

    public string? TicketOf(LiveStreamCommand command) => command is RequestPublish ask ? ask.By.Session.ToString() : null;

    public (string Ticket, LiveStreamReply Reply)? AnswerOf(LiveStreamEvent @event) =>
        LiveStream.AnswerOf(@event) is { } answer ? (answer.Attempt.ToString(), answer.Reply) : null;

    public EffectData? EffectStartedBy(LiveStreamEvent @event) =>
        LiveStream.EffectOf(@event) is { } effect ? new EffectData(effect.Name, EffectCodec.Encode(effect)) : null;

    public string? EffectEndedBy(LiveStreamEvent @event) => LiveStream.EndedEffectOf(@event);

    public bool MayPassivate(LiveStreamState state) => !StreamLabels.IsResident(state);

    public EntityLabels LabelsOf(LiveStreamState state) => StreamLabels.Of(state);

    public EventData Encode(LiveStreamEvent @event)
    {
        var (kind, payload) = EventCodec.Encode(@event);
        return new EventData(kind, payload);
    }

    public LiveStreamEvent Decode(string kind, ReadOnlyMemory<byte> payload) => EventCodec.Decode(kind, payload.Span);

    public ReadOnlyMemory<byte> EncodeState(LiveStreamState state) => StateCodec.Encode(state);

    public LiveStreamState DecodeState(ReadOnlyMemory<byte> snapshot) => StateCodec.Decode(snapshot.Span);
}
