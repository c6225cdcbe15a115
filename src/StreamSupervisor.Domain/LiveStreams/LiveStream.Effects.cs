namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>The old kernel's: it starts work from events and keeps it in a table. Goes with it.</remarks>
public static partial class LiveStream
{
    /// <summary>The work that an event asks for.</summary>
    public static LiveStreamWork? EffectOf(LiveStreamEvent @event) => @event switch
    {
        EvictionOrdered ordered => new EvictSession(ordered.Of.Session, ordered.Of.Origin, ordered.UnlistedUntil, ordered.At),
        ConfirmationOverdue overdue => new LookAtSession(overdue.Of.Session, overdue.Of.Origin),
        SearchOrdered search => new SearchForPublishers(search.Origin),
        _ => null,
    };

    /// <summary>The name of the effect that an event ends.</summary>
    public static string? EndedEffectOf(LiveStreamEvent @event) => @event switch
    {
        EvictionFinished finished => EvictSession.NameOf(finished.Of),
        EvictionDropped dropped => EvictSession.NameOf(dropped.Of),
        PublisherConfirmed confirmed => LookAtSession.NameOf(confirmed.Session),
        PublisherLost lost => LookAtSession.NameOf(lost.Session),
        SearchFinished search => new SearchForPublishers(search.Origin).Name,
        _ => null,
    };
}
