using System.Globalization;
using System.Text.Json;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What is posted.</summary>
/// <param name="Id">Follows from what is stored, so it is the same whoever sends it and whenever.</param>
/// <param name="Lane">Messages of one lane are sent in their order, one after the other: a stream key, a server, a member.</param>
/// <param name="Body">A <see cref="CloudEvent{T}"/>.</param>
internal sealed record WebhookMessage(string Id, string Lane, byte[] Body);

/// <summary>A page of what one receiver is to hear.</summary>
/// <param name="Rows">Every row that was read, with its messages; in the order of the store.</param>
/// <param name="IsNotices">Whether they are of the notices; else of the journal.</param>
internal sealed record WebhookPage(IReadOnlyList<(long Ordering, IReadOnlyList<WebhookMessage> Messages)> Rows, bool IsNotices)
{
    /// <summary>Rows of a page at most: so many messages may come twice after a death.</summary>
    public const int Most = 200;

    /// <summary>Whether there may be more behind it.</summary>
    public bool IsFull => Rows.Count == Most;
}

/// <summary>Makes messages of what is stored.</summary>
/// <param name="feed">The journal of all keys.</param>
/// <param name="timeline">The journal of one.</param>
/// <param name="notices">What happened beside the keys.</param>
/// <param name="source">Which cluster says so.</param>
internal sealed class WebhookMessages(EventFeed feed, Timeline timeline, NoticeStore notices, string source)
{
    /// <summary>Events that are looked at for the session of one that does not name it. Between an admission and the end of its session
    /// are a handful; more only where a key was refused hundreds of times meanwhile.</summary>
    private const int LookBack = 200;

    /// <summary>What happened to the keys behind a place.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<WebhookPage> JournalAsync(WebhookTarget target, long after, CancellationToken cancellation)
    {
        var rows = new List<(long, IReadOnlyList<WebhookMessage>)>();
        foreach (var row in await feed.ReadForwardsAsync(after, WebhookPage.Most, cancellation))
        {
            rows.Add((row.Ordering, await MessagesOfAsync(target, row, cancellation)));
        }

        return new WebhookPage(rows, IsNotices: false);
    }

    /// <summary>What happened beside the keys behind a place.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<WebhookPage> NoticesAsync(WebhookTarget target, long after, CancellationToken cancellation)
    {
        var rows = await notices.ReadForwardsAsync(after, WebhookPage.Most, cancellation);
        return new WebhookPage([.. rows.Select(row => (row.Ordering, MessagesOf(target, row)))], IsNotices: true);
    }

    private IReadOnlyList<WebhookMessage> MessagesOf(WebhookTarget target, NoticeRow row)
    {
        var isOfKey = row.Kind is NoticeKind.StreamQuarantined or NoticeKind.StreamQuarantineOver;
        if (!target.Wants(row.Kind) || (isOfKey && StreamKey.TryParse(row.Name, out var key) && !target.Wants(key)))
        {
            return [];
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"notice-{row.Ordering}-{row.WrittenAt.UtcTicks:x}");
        var body = new CloudEvent<NoticeData>(id, source, NoticeKinds.NameOf(row.Kind), row.Name, row.WrittenAt,
            row.Ordering.ToString(CultureInfo.InvariantCulture), new NoticeData(row.Name, row.Why.Length > 0 ? row.Why : null));

        // After what happened to the key before: its journal is read before the notices.
        return [new WebhookMessage(id, isOfKey ? row.Name : row.Subject,
            JsonSerializer.SerializeToUtf8Bytes(body, CloudEventJson.Shared.CloudEventNoticeData))];
    }

    private async Task<IReadOnlyList<WebhookMessage>> MessagesOfAsync(WebhookTarget target, FeedRow row, CancellationToken cancellation)
    {
        if (!StreamKey.TryParse(row.Key, out var key) || !target.Wants(key))
        {
            return [];
        }

        List<WebhookMessage>? messages = null;
        foreach (var notice in StreamNotice.Of([.. row.Events.Select(one => one.Event)]).Where(notice => target.Wants(notice.Kind)))
        {
            var sequence = row.Events[notice.Place].Sequence;

            // With the time, since a database that went back gives its numbers a second time, to other events.
            var id = string.Create(CultureInfo.InvariantCulture, $"event-{row.Ordering}.{notice.Place}-{row.WrittenAt.UtcTicks:x}");
            var body = new CloudEvent<StreamData>(id, source, NoticeKinds.NameOf(notice.Kind), row.Key, notice.Event.At,
                sequence.ToString(CultureInfo.InvariantCulture), await DataOfAsync(key, sequence, notice, cancellation));
            (messages ??= []).Add(new WebhookMessage(id, row.Key,
                JsonSerializer.SerializeToUtf8Bytes(body, CloudEventJson.Shared.CloudEventStreamData)));
        }

        return messages ?? (IReadOnlyList<WebhookMessage>)[];
    }

    private async Task<StreamData> DataOfAsync(StreamKey key, long sequence, StreamNotice notice, CancellationToken cancellation)
    {
        var entry = TimelineEntry.From(sequence, EventCodec.KindOf(notice.Event), notice.Event);
        var data = new StreamData(StreamKeyView.From(key), sequence, entry.Generation, entry.Reason ?? entry.Cause ?? entry.Rule,
            entry.Attempt?.Origin ?? entry.Origin, entry.Session, entry.Attempt?.Ip, entry.Attempt?.Identity,
            notice.Replaced is { } lost ? SessionIdView.From(lost.Session) : null, entry.Until, entry.Text);
        if (entry.Attempt is { } attempt)
        {
            return data with { Session = new SessionIdView(attempt.ServerId, attempt.ServiceId, attempt.ClientId) };
        }

        // The end of a broadcast and the like do not name whose it was: the last who was let in.
        var before = await timeline.ReadBackwardsAsync(key.ToString(), sequence, LookBack, cancellation);
        var (by, generation) = before.Select(one => one.Event switch
        {
            Admitted e => (e.By, e.Generation),
            SessionAdopted e => (e.By, e.Generation),
            _ => ((Publisher?)null, 0L),
        }).FirstOrDefault(one => one.Item1 is not null);
        return by is null ? data : data with
        {
            Generation = generation,
            Origin = data.Origin ?? by.Origin,
            Session = data.Session ?? SessionIdView.From(by.Session),
            Address = by.Address,
            Identity = by.Identity,
        };
    }
}
