namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>The rules of one stream key.</summary>
public static partial class LiveStream
{
    /// <summary>What follows from a command. Pure; the only place that knows a rule of admission.</summary>
    public static Decision Decide(LiveStreamState state, LiveStreamCommand command, StreamPolicy policy, DateTimeOffset now) =>
        throw new InvalidOperationException("not yet");

    /// <summary>The state after an event. Copies facts, decides nothing.</summary>
    public static LiveStreamState Evolve(LiveStreamState state, LiveStreamEvent @event) => throw new InvalidOperationException("not yet");

    /// <summary>The earliest moment at which <see cref="Wake"/> has something to do.</summary>
    public static DateTimeOffset? WakeAt(LiveStreamState state) => throw new InvalidOperationException("not yet");

    /// <summary>The answer to an attempt that an event gives.</summary>
    public static (SessionId Attempt, PublishReply Reply)? AnswerOf(LiveStreamEvent @event) => throw new InvalidOperationException("not yet");

    /// <summary>The work that an event asks for.</summary>
    public static LiveStreamEffect? EffectOf(LiveStreamEvent @event) => throw new InvalidOperationException("not yet");

    /// <summary>The names of the effects that an event ends.</summary>
    public static string? EndedEffectOf(LiveStreamEvent @event) => throw new InvalidOperationException("not yet");
}
