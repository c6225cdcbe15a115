using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>A receiver of webhooks and how it does.</summary>
/// <param name="Number">Its place in the settings, from 0.</param>
/// <param name="Name">What people call it: its name, or its number.</param>
/// <param name="Host">Scheme, host and port of its address; the rest may be a secret.</param>
/// <param name="Events">The names of the events that it hears.</param>
/// <param name="Match">Patterns of the stream keys that it hears of; empty: all.</param>
/// <param name="State"><c>starting</c>: no member sends to it yet; <c>active</c>; <c>failing</c>: it is tried again at
/// <c>nextTryAt</c>; <c>parked</c>: nothing is sent until somebody orders <c>redeliver</c>.</param>
/// <param name="Position">Everything up to this place of the journal is delivered: the number before the dot in the ids of events.</param>
/// <param name="NoticePosition">Everything up to this notice of a server, a member or a quarantine is delivered: the number in its
/// id.</param>
/// <param name="Behind">Places of the journal and notices that are not delivered yet, at most: numbers have gaps, and not every event is
/// wanted.</param>
/// <param name="OldestWaitingAt">When the oldest of these was written; null: there is none.</param>
/// <param name="Failures">In a row.</param>
/// <param name="NextTryAt">Not before; null: at once.</param>
/// <param name="LastError">Which message was not taken last, by its id, and why; whatever came after.</param>
/// <param name="Delivered">Messages that it took, all in all.</param>
public sealed record WebhookView(int Number, string Name, string Host, IReadOnlyList<string> Events, IReadOnlyList<string> Match,
    string State, long? Position, long? NoticePosition, long Behind, DateTimeOffset? OldestWaitingAt, int Failures,
    DateTimeOffset? NextTryAt, string? LastError, DateTimeOffset? LastErrorAt, long Delivered, DateTimeOffset? DeliveredAt)
{
    /// <param name="ends">The newest places that there are.</param>
    /// <param name="oldest">When the oldest that waits was written.</param>
    internal static WebhookView From(WebhookTarget target, WebhookRow? row, WebhookEnds ends, DateTimeOffset? oldest) => new(
        target.Number, target.Name, target.Host, [.. NoticeKinds.Names.Where(name => target.Wants(NoticeKinds.Of(name)))],
        target.Options.Match,
        row switch { null => "starting", { IsParked: true } => "parked", { Failures: > 0 } => "failing", _ => "active" },
        row?.Journal, row?.Notices,
        row is null ? 0 : Math.Max(0, ends.Journal - row.Journal) + Math.Max(0, ends.Notices - row.Notices), oldest,
        row?.Failures ?? 0, row?.NextTryAt, row?.LastError, row?.LastErrorAt, row?.Delivered ?? 0, row?.DeliveredAt);
}

/// <summary>All receivers, in the order of the settings.</summary>
public sealed record WebhookList(IReadOnlyList<WebhookView> Webhooks);

/// <summary>The body of <c>redeliver</c>.</summary>
/// <param name="Why">The reason, for the log.</param>
/// <param name="After">Go on behind this message, back or ahead: by its id such as <c>event-1204.0-8de…</c> or <c>notice-17-8de…</c>, or
/// by the id of an event in the feed, <c>1204.0</c>; left out: where it is.</param>
[SentByCallers]
internal sealed record RedeliverBody([property: Required] string? Why, string? After = null);

[JsonSerializable(typeof(WebhookList))]
[JsonSerializable(typeof(WebhookView))]
[JsonSerializable(typeof(RedeliverBody))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    public static WebhookJson Shared { get; } = Create(indented: false);

    /// <summary>The same for people who read it in a terminal.</summary>
    public static WebhookJson Indented { get; } = Create(indented: true);

    private static WebhookJson Create(bool indented) => new(new JsonSerializerOptions
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 8,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
