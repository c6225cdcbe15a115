using System.Globalization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Orders of operators, newest first.</summary>
/// <param name="By">Only this operator's; empty: everybody's.</param>
/// <param name="Key">Only those of keys with this in them; empty: all.</param>
/// <param name="Next">The cursor of older ones; null where there are none.</param>
/// <param name="SearchedBackTo">When the oldest event that was looked at was written.</param>
/// <param name="IsFirst">Whether these are the newest.</param>
public sealed record AuditList(
    string By, string Key, IReadOnlyList<FeedEntry> Orders, string? Next, DateTimeOffset? SearchedBackTo, bool IsFirst = true)
{
    /// <summary>What the order was of.</summary>
    internal static string SubjectOf(FeedEntry entry, AuditWords words) => (OriginOf(entry), entry.Key) switch
    {
        ({ } origin, _) => string.Format(CultureInfo.InvariantCulture, words.Server, origin),
        (_, { Vhost: StreamKey.ReservedVhost }) => string.Format(CultureInfo.InvariantCulture, words.Member, entry.Key.Stream),
        _ => entry.Key.ToString(),
    };

    /// <summary>The page of what the order was of.</summary>
    internal static string UrlOf(FeedEntry entry, PageContext page) =>
        OriginOf(entry) is not null ? page.Url("/origins")
        : entry.Key.Vhost == StreamKey.ReservedVhost ? page.Url("/cluster")
        : StreamUrl.Of(page, entry.Key);

    /// <summary>The server that was ordered about; null for an order about a stream.</summary>
    internal static string? OriginOf(FeedEntry entry) =>
        entry.Key == StreamKeyView.From(ClusterOrders.OriginKey(entry.Key.Stream)) ? entry.Key.Stream : null;

    /// <summary>The order in a word.</summary>
    internal static string OrderOf(FeedEntry entry, AuditWords words) => (entry.Event.Happened, OriginOf(entry)) switch
    {
        (KeyLocked, not null) => words.Drain,
        (KeyUnlocked { TimeOver: true }, _) => words.RanOut,
        (KeyUnlocked, not null) => words.Undrain,
        (KeyLocked, _) => words.Lock,
        (KeyUnlocked, _) => words.Unlock,
        (KeyPinned pin, _) => string.Format(CultureInfo.InvariantCulture, words.Pin, pin.Identity),
        (OperatorActed { Action: "kick" }, _) => words.Kick,
        (OperatorActed { Action: "release" }, _) => words.Release,
        (OperatorActed { Action: "leave" }, _) => words.Leave,
        (OperatorActed { Action: "down" }, _) => words.Down,
        (OperatorActed { Action: "reload" }, _) => words.Reload,
        (OperatorActed acted, _) => acted.Action,
        _ => entry.Event.Kind,
    };
}
