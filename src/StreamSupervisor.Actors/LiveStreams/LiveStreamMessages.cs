using System.Text.Json.Serialization;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// A command on its way to the actor of its stream, through the shard region. The sender is the <c>AskHub</c> that waits for the
/// answer.
/// </summary>
/// <param name="Key">The stream key as text, <c>vhost/app/stream</c>.</param>
/// <param name="AskId">Names the ask within its hub. A command that is sent again keeps it.</param>
/// <param name="Command">What is asked.</param>
/// <param name="TraceParent">The W3C <c>traceparent</c> of the span that asks; null when nobody traces it.</param>
public sealed record StreamEnvelope(string Key, long AskId, LiveStreamCommand Command, string? TraceParent = null);

/// <summary>The answer to a <see cref="StreamEnvelope"/>, sent when what it rests on is durable.</summary>
public sealed record StreamAnswer(long AskId, LiveStreamReply Reply);

/// <summary>No answer to a <see cref="StreamEnvelope"/>, and none will come: nothing happened.</summary>
/// <param name="AskId">The ask.</param>
/// <param name="Status"><see cref="AskStatus.Overloaded"/> or <see cref="AskStatus.Failed"/>.</param>
/// <param name="Why">One sentence for a person.</param>
/// <param name="Reason">
/// Why an attempt to publish is refused for good; <see cref="RefusalReason.Unknown"/> (and then not sent): it is not.
/// </param>
public sealed record StreamRefusal(long AskId, AskStatus Status, string Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] RefusalReason Reason = RefusalReason.Unknown);

/// <summary>
/// On the event stream of the member that owns the key: after every durable change and after a recovery. Never sent for a key without a
/// record.
/// </summary>
/// <param name="Key">The stream key as text.</param>
/// <param name="Sequence">Number of the newest record of the key; from 1, without gaps.</param>
/// <param name="State">The state after that record; null when the actor has stopped and this member no longer speaks for the key.</param>
public sealed record LiveStreamChanged(string Key, long Sequence, LiveStreamState? State)
{
    /// <summary>A server that is told though the state does not name it, because it looked without knowing the key; null: none.</summary>
    public string? Concerns { get; init; }
}

/// <summary>On the event stream of the member that kicks: what a DELETE was answered.</summary>
/// <param name="Forbidden">Why the API does not allow it; null: it does.</param>
internal sealed record KickOutcome(string Origin, string? Forbidden);

/// <summary>
/// Ends the quarantine of a key whose journal cannot be read. Without <paramref name="StartAnew"/> the journal is read again, which is
/// the way after an upgrade or a repair. With it the key starts anew behind the records that cannot be read: the lock and the pin that
/// stand before them are kept, and the generation jumps by more than those records can have used, so that it goes on growing. Answered
/// with <see cref="Done"/>.
/// </summary>
public sealed record ReleaseQuarantine(string By, string Why, bool StartAnew) : OperatorCommand(By, Why);

/// <summary>
/// The last message of an actor that moves to another member or is not needed any more: it finishes the writes that are under way,
/// answers them and stops. Not <c>PoisonPill</c>, which would stop it in the midst. Held attempts are not waited for: their hooks are
/// sent again, to the next owner.
/// </summary>
internal sealed class Retire
{
    public static readonly Retire Instance = new();

    private Retire()
    {
    }
}
