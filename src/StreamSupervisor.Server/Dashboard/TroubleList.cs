using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What a person should look at; each list is bounded.</summary>
/// <param name="FlapsSearchedBackTo">How far back was looked for flapping; null: to where it was meant to be.</param>
public sealed record TroubleList(IReadOnlyList<FightRow> Fights, IReadOnlyList<WedgeRow> Wedges, IReadOnlyList<StalledRow> Stalled,
    IReadOnlyList<FlapRow> Flaps, IReadOnlyList<QuarantineRow> Quarantined, DateTimeOffset? FlapsSearchedBackTo)
{
    /// <summary>So many rows are looked at.</summary>
    internal const int Most = 500;

    /// <summary>Flapping ends by itself, and nobody is told when: what is older is over.</summary>
    internal static readonly TimeSpan FlapsSince = TimeSpan.FromMinutes(15);

    /// <summary>The kinds of events that say more than the state does.</summary>
    internal static readonly IReadOnlySet<string> Kinds =
        new HashSet<string>(StringComparer.Ordinal) { "fight-detected", "flapping-seen", "eviction-stalled" };

    public bool IsEmpty => Fights.Count + Wedges.Count + Stalled.Count + Flaps.Count + Quarantined.Count == 0;

    /// <summary>The trouble that is now.</summary>
    /// <param name="rows">Streams that may be in it.</param>
    /// <param name="told">What happened lately, newest first.</param>
    /// <param name="quarantined">Those of this member, by key.</param>
    /// <param name="now">Cool-downs that are over by then are none.</param>
    /// <param name="scope">What the one who looks may see.</param>
    internal static TroubleList Of(IReadOnlyList<StreamIndexRow> rows, FeedPage told,
        IReadOnlyDictionary<string, QuarantinedStream> quarantined, DateTimeOffset now, ApiScope scope)
    {
        var streams = rows.Select(row => row.Summary).OfType<StreamSummary>()
            .Where(stream => scope.IsAll || scope.Has(StreamView.From(stream, now))).ToList();
        return new TroubleList(
            [
                .. streams.Where(stream => stream.CoolDownUntil > now).Select(stream =>
                {
                    var fight = Last<FightDetected>(told, stream.Key);
                    return new FightRow(
                        StreamKeyView.From(stream.Key), fight?.At, fight?.Incumbent, fight?.Challenger, stream.CoolDownUntil!.Value);
                }),
            ],
            [
                .. streams.SelectMany(stream => stream.Wedges.Select(wedge =>
                    new WedgeRow(StreamKeyView.From(stream.Key), wedge.Origin, wedge.Since))),
            ],
            [
                .. streams.SelectMany(stream => stream.Evictions.Where(eviction => eviction.Stalled).Select(eviction => new StalledRow(
                    StreamKeyView.From(stream.Key), eviction.Of.Session.ClientId, eviction.Of.Origin, eviction.OrderedAt,
                    Last<EvictionStalled>(told, stream.Key)?.Why, eviction.Forbidden))),
            ],
            [
                .. told.Events.Where(one => one.Event.Happened is FlappingSeen && one.Event.At > now - FlapsSince)
                    .DistinctBy(one => one.Key)
                    .Select(one => new FlapRow(one.Key, one.Event.At!.Value, ((FlappingSeen)one.Event.Happened!).Publishes)),
            ],
            [
                .. quarantined.Where(one => scope.IsAll || (!scope.NamesOrigins && StreamKey.TryParse(one.Key, out var named)
                    && scope.Has(named))).OrderBy(one => one.Key, StringComparer.Ordinal).Take(Most).Select(one => new QuarantineRow(
                    StreamKeyView.From(StreamKey.TryParse(one.Key, out var key) ? key : new StreamKey("", "", one.Key)),
                    one.Value.Since, one.Value.Why, one.Value.StartsAnew)),
            ],
            told.Next is null ? null : told.SearchedBackTo);
    }

    private static T? Last<T>(FeedPage told, StreamKey key)
        where T : LiveStreamEvent =>
        told.Events.Where(one => one.Key == StreamKeyView.From(key)).Select(one => one.Event.Happened).OfType<T>().FirstOrDefault();
}

/// <summary>Two encoders that pushed each other out.</summary>
/// <param name="Since">When it was seen; null where that was too long ago to be found.</param>
/// <param name="Incumbent">Who is kept; null as Since.</param>
/// <param name="Challenger">Who is refused; null as Since.</param>
public sealed record FightRow(StreamKeyView Key, DateTimeOffset? Since, string? Incumbent, string? Challenger, DateTimeOffset Until);

/// <summary>A key that SRS holds for nobody.</summary>
public sealed record WedgeRow(StreamKeyView Key, string Origin, DateTimeOffset Since);

/// <summary>A removal that does not get on.</summary>
/// <param name="Why">What the last try met; null where that was too long ago to be found.</param>
/// <param name="Forbidden">Whether the server's API forbids it.</param>
public sealed record StalledRow(StreamKeyView Key, string ClientId, string Origin, DateTimeOffset Since, string? Why, bool Forbidden);

/// <summary>A key that is published again and again.</summary>
public sealed record FlapRow(StreamKeyView Key, DateTimeOffset Since, int Publishes);

/// <summary>A key whose journal can't be read.</summary>
/// <param name="StartsAnew">Whether a person has ordered a new beginning already.</param>
public sealed record QuarantineRow(StreamKeyView Key, DateTimeOffset Since, string Why, bool StartsAnew);

/// <summary>One row of a page: who, since when, what, and until when or what.</summary>
/// <param name="Until">When it ends by itself; null: see <paramref name="UntilWords"/>.</param>
public sealed record TroubleRow(StreamKeyView Key, DateTimeOffset? Since, DateTimeOffset? Until, string? UntilWords, string What);
