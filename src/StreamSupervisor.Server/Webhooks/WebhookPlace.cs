using System.Globalization;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>A place behind which a receiver goes on.</summary>
/// <param name="Ordering">Of a row.</param>
/// <param name="IsNotice">Whether of the notices; else of the journal.</param>
internal readonly record struct WebhookPlace(long Ordering, bool IsNotice)
{
    /// <summary>The place of an id as people have it before them: of a message (<c>event-1204.0-8de…</c>, <c>notice-17-8de…</c>), the same
    /// without its time, or of the feed (<c>1204.0</c>); null for any other text.</summary>
    public static WebhookPlace? Parse(string text)
    {
        var parts = text.Split('-');
        var (kind, place) = parts.Length switch { 1 => ("event", parts[0]), 2 or 3 => (parts[0], parts[1]), _ => ("", "") };
        return kind switch
        {
            "event" when FeedPlace.Parse(place) is { Ordering: var row } => new WebhookPlace(row, IsNotice: false),
            "event" or "notice" when parts.Length > 1
                && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var row)
                => new WebhookPlace(row, kind == "notice"),
            _ => null,
        };
    }
}
