using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>How an ask ended. Zero never means yes.</summary>
public enum AskStatus
{
    /// <summary>
    /// Nothing is known: the deadline passed before an answer came. What was asked may have happened, or may yet. Asking again is safe.
    /// </summary>
    Unknown,

    /// <summary>The stream's actor answered; what the answer rests on is durable.</summary>
    Answered,

    /// <summary>Too much is under way, for this key or on this member. Nothing happened.</summary>
    Overloaded,

    /// <summary>The stream's actor failed on this command, or its journal cannot be read. Nothing happened.</summary>
    Failed,

    /// <summary>This member is stopping. Nothing is known to have happened; another member answers.</summary>
    Unavailable,
}

/// <summary>The result of an ask.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Reply">The answer; null unless <see cref="AskStatus.Answered"/>.</param>
/// <param name="Why">One sentence for a person; null when answered.</param>
/// <param name="Reason">As in <see cref="StreamRefusal"/>.</param>
public readonly record struct AskResult(AskStatus Status, LiveStreamReply? Reply, string? Why,
    RefusalReason Reason = RefusalReason.Unknown)
{
    public static AskResult Answered(LiveStreamReply reply) => new(AskStatus.Answered, reply, null);

    public static AskResult Not(AskStatus status, string why) => new(status, null, why);
}
