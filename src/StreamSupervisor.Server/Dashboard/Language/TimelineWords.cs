using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard.Language;

/// <summary>
/// What happened, in the language of the page: the sentences of <see cref="TimelineText"/> and of <see cref="TimelineTextZh"/>.
/// </summary>
public static class TimelineWords
{
    /// <summary>The sentence of an entry.</summary>
    public static string Of(PageLanguage language, TimelineEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Of(language, entry.Happened, entry.Kind);
    }

    internal static string Of(PageLanguage language, JournaledEvent one) => Of(language, one.Event, one.Kind);

    internal static string Span(PageLanguage language, TimeSpan span) =>
        language == PageLanguage.Zh ? TimelineTextZh.Span(span) : TimelineText.Span(span);

    internal static string Rule(PageLanguage language, AdmissionRule rule) =>
        language == PageLanguage.Zh ? TimelineTextZh.Rule(rule) : TimelineText.Rule(rule);

    internal static string Reason(PageLanguage language, RefusalReason reason) =>
        language == PageLanguage.Zh ? TimelineTextZh.Reason(reason) : TimelineText.Reason(reason);

    internal static string Proof(PageLanguage language, ReleaseProof proof) =>
        language == PageLanguage.Zh ? TimelineTextZh.Proof(proof) : TimelineText.Proof(proof);

    /// <param name="language">Of the page.</param>
    /// <param name="happened">The event; null for one that this version can't read.</param>
    /// <param name="kind">Its stored name.</param>
    private static string Of(PageLanguage language, LiveStreamEvent? happened, string kind) => (happened, language) switch
    {
        (null, PageLanguage.Zh) => $"事件“{kind}”由更新的版本写入，本版本无法读取。",
        (null, _) => TimelineEntry.Unreadable(0, kind).Text,
        (_, PageLanguage.Zh) => TimelineTextZh.Of(happened),
        _ => TimelineText.Of(happened),
    };
}
