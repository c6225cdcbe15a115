using System.Text.Json.Serialization;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>What an entity answers.</summary>
public abstract record LiveStreamReply;

/// <summary>The answer to an attempt. It is final: the same attempt hears the same thing again.</summary>
/// <param name="Generation">The key's generation when it was decided: the fencing token.</param>
public abstract record PublishReply(long Generation) : LiveStreamReply;

/// <summary>Publish.</summary>
public sealed record Allowed(long Generation) : PublishReply(Generation);

/// <summary>Do not publish.</summary>
/// <param name="Generation">The key's generation.</param>
/// <param name="Reason">Why, out of the closed set.</param>
/// <param name="RetryAfter">When a new try pays; null when it never does.</param>
public sealed record Refused(long Generation, RefusalReason Reason, TimeSpan? RetryAfter) : PublishReply(Generation);

/// <summary>
/// No answer yet: the key knows of another process of the same node. One of the two is over, and only the node can say which. Ask it,
/// and ask again with <see cref="RequestPublish.ProcessConfirmed"/> and this doubt in <see cref="RequestPublish.Settles"/>.
/// </summary>
/// <param name="Of">Names the doubt: the processes that the key knows. Null (and then not sent): an earlier version does not say.</param>
public sealed record ProcessInDoubt(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Of = null) : LiveStreamReply;

/// <summary>
/// Nothing was decided: the journal has lost records, and whoever they admitted may be on air. Ask again; nobody is told this.
/// </summary>
public sealed record AdmissionsHeld : LiveStreamReply
{
    public static readonly AdmissionsHeld Instance = new();
}

/// <summary>Heard, and nothing more to say.</summary>
public sealed record Ack : LiveStreamReply
{
    public static readonly Ack Instance = new();
}

/// <summary>An operator's order was carried out, or there was nothing to do.</summary>
/// <param name="Changed">Whether anything changed.</param>
/// <param name="Text">One sentence for the operator.</param>
public sealed record Done(bool Changed, string Text) : LiveStreamReply;

/// <summary>
/// An operator's order was not carried out: the key has changed hands since the operator looked (<see
/// cref="OperatorCommand.IfGeneration"/>).
/// </summary>
/// <param name="Generation">The key's generation now.</param>
public sealed record GenerationMoved(long Generation) : LiveStreamReply;

/// <summary>The state, for those who look.</summary>
public sealed record StateReply(LiveStreamState State) : LiveStreamReply;

/// <summary>How it is known that a session is gone.</summary>
public enum ReleaseProof
{
    /// <summary>Nobody knows. Never enough.</summary>
    Unknown,

    /// <summary>SRS answered 2049 for the client.</summary>
    ClientGone,

    /// <summary>SRS's <c>on_close</c> came.</summary>
    Closed,

    /// <summary>The node runs in another process now.</summary>
    ProcessReplaced,
}
