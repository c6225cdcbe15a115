using System.Collections.Immutable;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// The events of one command, or the answers to several, in their order, never empty: one row of the journal, so that they become true
/// together or not at all.
/// Two batches are equal if their events are.
/// </summary>
public sealed record EventBatch(ImmutableArray<LiveStreamEvent> Events)
{
    public bool Equals(EventBatch? other) => other is not null && Events.AsSpan().SequenceEqual(other.Events.AsSpan());

    public override int GetHashCode() => Events.Length == 0 ? 0 : HashCode.Combine(Events.Length, Events[0]);
}
