using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// A command that was decided and is not answered yet: its write is under way, or it waits behind one, or its attempt is held.
/// </summary>
internal sealed class CommandInWork(IActorRef asker, long askId, SessionId? attempt)
{
    public IActorRef Asker { get; } = asker;

    /// <summary>0 for one that came without an envelope: from a child of the actor.</summary>
    public long AskId { get; } = askId;

    /// <summary>The attempt that asks to publish; null for every other command.</summary>
    public SessionId? Attempt { get; } = attempt;

    /// <summary>Null while the attempt is held.</summary>
    public LiveStreamReply? Reply { get; set; }

    /// <summary>What it decided; empty for one that writes nothing.</summary>
    public ImmutableArray<LiveStreamEvent> Events { get; init; } = [];

    /// <summary>The state after this command, once its record is durable; null for one that writes nothing.</summary>
    public LiveStreamState? After { get; set; }

    /// <summary>Its span; null when nobody traces it.</summary>
    public Activity? Span { get; init; }

    /// <summary>What belongs to it in a trace stands below this; the default when nobody traces it.</summary>
    public ActivityContext Cause => Span?.Context ?? default;

    public DateTimeOffset DecidedAt { get; init; }

    /// <summary>The one that was decided next.</summary>
    public CommandInWork? Next { get; set; }
}
