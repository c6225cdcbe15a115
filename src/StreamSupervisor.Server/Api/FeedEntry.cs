using System.Globalization;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Api;

/// <summary>One thing that happened to one of all stream keys.</summary>
/// <param name="Id">Its place among all events, for <c>Last-Event-ID</c>: the number of its row in the journal and its place in the
/// row.</param>
/// <param name="Key">The stream key.</param>
/// <param name="Event">What happened, as the timeline of the key has it.</param>
public sealed record FeedEntry(string Id, StreamKeyView Key, TimelineEntry Event);

/// <summary>A page of the feed, newest first.</summary>
/// <param name="Events">Those that pass the filter.</param>
/// <param name="Next">The cursor of the next, older page; null where nothing older is kept, or nothing older was asked for. A page may be
/// empty and yet have a next one: a call looks at a bounded number of rows.</param>
/// <param name="SearchedBackTo">When the oldest row that was looked at was written; null in an empty journal.</param>
public sealed record FeedPage(IReadOnlyList<FeedEntry> Events, string? Next, DateTimeOffset? SearchedBackTo);

/// <summary>The place of an event among all.</summary>
/// <param name="Ordering">Of its row.</param>
/// <param name="Place">Within the row, from 0.</param>
internal readonly record struct FeedPlace(long Ordering, int Place)
{
    /// <summary>The place of a text that <see cref="ToString"/> made; null for any other.</summary>
    public static FeedPlace? Parse(string text) =>
        text.Split('.') is [var row, var place]
        && long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var ordering)
        && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new FeedPlace(ordering, number)
            : null;

    /// <summary>Whether another stands behind this one.</summary>
    public bool IsBefore(FeedPlace other) => (Ordering, Place).CompareTo((other.Ordering, other.Place)) < 0;

    /// <summary>The events of a row in their order, with their places.</summary>
    public static IEnumerable<(FeedPlace Place, FeedEntry Entry)> Of(FeedRow row)
    {
        var key = StreamKey.TryParse(row.Key, out var parsed) ? parsed : new StreamKey("", "", row.Key);
        return row.Events.Select((one, at) =>
        {
            var place = new FeedPlace(row.Ordering, at);
            var entry = one.Event is { } happened
                ? ClusterOrders.Tell(key, happened, TimelineEntry.From(one.Sequence, one.Kind, happened))
                : TimelineEntry.Unreadable(one.Sequence, one.Kind);
            return (place, new FeedEntry(place.ToString(), StreamKeyView.From(key), entry));
        });
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ordering}.{Place}");
}
