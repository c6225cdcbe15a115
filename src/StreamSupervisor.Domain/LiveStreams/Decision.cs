namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// The outcome of one command: events that become true together, and the answer if it can be given at once. No answer to a
/// <see cref="RequestPublish"/> means that the attempt is held: a later event answers it (<see cref="LiveStream.AnswerOf"/>).
/// </summary>
/// <param name="Events">What became true, in this order; empty where nothing changed.</param>
/// <param name="Reply">The answer, to be given once the events are durable; null: an event of this or a later decision answers.</param>
/// <param name="OffTheRecord">
/// A stranger was refused at a key without history: answered, counted and logged, and nothing is written. Events is empty and Reply is a
/// refusal.
/// </param>
public readonly record struct Decision(IReadOnlyList<LiveStreamEvent> Events, LiveStreamReply? Reply, bool OffTheRecord = false)
{
    public static Decision Answer(LiveStreamReply reply) => new([], reply);

    public static Decision Nothing { get; } = new([], Ack.Instance);
}
