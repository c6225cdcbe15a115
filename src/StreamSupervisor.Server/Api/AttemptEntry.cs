using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>One who asked to publish, and what it was told.</summary>
/// <param name="Id">Its place in the feed.</param>
/// <param name="Key">The stream key that it asked for.</param>
/// <param name="Answer"><c>admitted</c>, <c>refused</c>, <c>held</c>, <c>registered</c>, or <c>observed</c> where nothing was
/// decided.</param>
/// <param name="Event">What happened, with who asked, the reason and when to try again.</param>
/// <param name="Advice">Of a refusal: what to do.</param>
public sealed record AttemptEntry(string Id, StreamKeyView Key, string Answer, TimelineEntry Event, ReasonView? Advice)
{
    private static readonly Dictionary<string, string> Answers = new(StringComparer.Ordinal)
    {
        ["admitted"] = "admitted",
        ["attempt-refused"] = "refused",
        ["handover-started"] = "held",
        ["encoder-registered"] = "registered",
        ["registration-refused"] = "refused",
        ["decision-observed"] = "observed",
    };

    private static readonly Dictionary<string, ReasonView> Reasons =
        RefusalCatalog.All.Select(ReasonView.From).ToDictionary(reason => reason.Reason);

    /// <summary>The stored names of the events that answer somebody.</summary>
    internal static IReadOnlySet<string> Kinds { get; } = Answers.Keys.ToHashSet(StringComparer.Ordinal);

    internal static AttemptEntry Of(FeedEntry entry) => new(
        entry.Id, entry.Key, Answers[entry.Event.Kind], entry.Event,
        entry.Event.Reason is { } reason ? Reasons.GetValueOrDefault(reason) : null);
}

/// <summary>A page of attempts, newest first.</summary>
/// <param name="Next">As of the feed.</param>
/// <param name="SearchedBackTo">As of the feed.</param>
public sealed record AttemptPage(IReadOnlyList<AttemptEntry> Attempts, string? Next, DateTimeOffset? SearchedBackTo);
