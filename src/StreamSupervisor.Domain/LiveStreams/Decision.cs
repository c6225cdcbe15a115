namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// The outcome of one command: events that become true together, and the answer if it can be given at once. No answer to a
/// <see cref="RequestPublish"/> means that the attempt is held: a later event answers it (<see cref="LiveStream.AnswerOf"/>).
/// </summary>
public readonly record struct Decision(IReadOnlyList<LiveStreamEvent> Events, LiveStreamReply? Reply)
{
    public static Decision Answer(LiveStreamReply reply) => new([], reply);

    public static Decision Nothing { get; } = new([], Ack.Instance);
}
