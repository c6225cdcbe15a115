using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>The newest places that there are to be delivered.</summary>
internal readonly record struct WebhookEnds(long Journal, long Notices);

/// <summary>How far receivers are behind what has happened.</summary>
internal sealed class WebhookProgress(EventFeed feed, NoticeStore notices)
{
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<WebhookEnds> EndsAsync(CancellationToken cancellation) =>
        new(await feed.NewestAsync(cancellation), await notices.NewestAsync(cancellation));

    /// <param name="target">The receiver.</param>
    /// <param name="row">Its place; null: nothing was ever sent to it.</param>
    /// <param name="ends">What there is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<WebhookView> OfAsync(WebhookTarget target, WebhookRow? row, WebhookEnds ends, CancellationToken cancellation)
    {
        DateTimeOffset[] waiting = row is null ? [] :
        [
            .. (await feed.ReadForwardsAsync(row.Journal, 1, cancellation)).Select(one => one.WrittenAt),
            .. (await notices.ReadForwardsAsync(row.Notices, 1, cancellation)).Select(one => one.WrittenAt),
        ];
        return WebhookView.From(target, row, ends, waiting.Length > 0 ? waiting.Min() : null);
    }
}
