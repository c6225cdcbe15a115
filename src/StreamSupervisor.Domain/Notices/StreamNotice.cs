using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Notices;

/// <summary>One thing that others are told of a stream key.</summary>
/// <param name="Place">Of its event among those of its row, from 0.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Event">The event that says so.</param>
/// <param name="Replaced">The session that lost the key in the same moment; null where none did.</param>
public sealed record StreamNotice(int Place, NoticeKind Kind, LiveStreamEvent Event, PublisherLost? Replaced = null)
{
    /// <summary>
    /// What the events of one row mean to others, in their order. It follows from them alone, so each sender and each repetition
    /// finds the same. The loss and the admission of a takeover are one command and one notice: the broadcast was never interrupted.
    /// </summary>
    /// <param name="events">As they are stored; null for one that this version cannot read.</param>
    public static IEnumerable<StreamNotice> Of(IReadOnlyList<LiveStreamEvent?> events)
    {
        var lost = events.OfType<PublisherLost>().LastOrDefault();
        var isReplaced = lost is not null && events.Any(one => one is Admitted or SessionAdopted);
        for (var place = 0; place < events.Count; place++)
        {
            if (events[place] is { } happened && KindOf(happened, isReplaced) is var kind and not NoticeKind.None)
            {
                yield return new StreamNotice(place, kind, happened, kind == NoticeKind.StreamTakenOver ? lost : null);
            }
        }
    }

    private static NoticeKind KindOf(LiveStreamEvent happened, bool isReplaced) => happened switch
    {
        Admitted or SessionAdopted when isReplaced => NoticeKind.StreamTakenOver,
        Admitted { SameBroadcast: true } => NoticeKind.StreamResumed,
        Admitted or SessionAdopted => NoticeKind.StreamStarted,
        PublisherLost when isReplaced => NoticeKind.None,
        PublisherLost { ReconnectUntil: null } => NoticeKind.StreamEnded,
        PublisherLost => NoticeKind.StreamInterrupted,
        BroadcastEnded => NoticeKind.StreamEnded,
        AttemptRefused => NoticeKind.StreamRefused,
        FightDetected => NoticeKind.StreamFight,
        KeyWedged => NoticeKind.StreamWedged,
        PublisherSilent => NoticeKind.StreamSilent,
        _ => NoticeKind.None,
    };
}
