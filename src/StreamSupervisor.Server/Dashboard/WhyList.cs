using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Attempts that were searched for, newest first.</summary>
/// <param name="Question">What was searched for.</param>
/// <param name="FoundBy">The term that found them; null where none did.</param>
/// <param name="Range">How far back: <c>hour</c>, <c>day</c> or <c>all</c>.</param>
/// <param name="Next">The cursor of the older ones; null where there are none.</param>
/// <param name="SearchedBackTo">When the oldest event that was looked at was written.</param>
/// <param name="IsFirst">Whether these are the newest.</param>
public sealed record WhyList(WhyQuestion Question, WhyTerm? FoundBy, string Range, IReadOnlyList<AttemptEntry> Attempts, string? Next,
    DateTimeOffset? SearchedBackTo, bool IsFirst = true)
{
    /// <summary>The ranges, from the shortest.</summary>
    internal static readonly string[] Ranges = ["hour", "day", "all"];

    internal const string StandardRange = "day";

    /// <summary>The oldest that is wanted; null: all.</summary>
    internal static DateTimeOffset? SinceOf(string range, DateTimeOffset now) => range switch
    {
        "hour" => now.AddHours(-1),
        "all" => null,
        _ => now.AddDays(-1),
    };

    /// <summary>The page that opens one attempt and nothing else.</summary>
    internal static string UrlOf(PageContext page, StreamKeyView key, string clientId, string serviceId) => page.Url(
        "/why" + PageQuery.Of(("key", StreamUrl.NameOf(key)), ("client", clientId), ("service", serviceId)));
}
