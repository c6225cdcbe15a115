using System.Diagnostics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// Spans of one traced command, one for each room that it goes through. On the asking member <c>stream.ask</c>; below it, on the owner,
/// <c>stream.command</c> from its arrival to its answer, with <c>stream.decide</c>, <c>stream.evolve</c>, <c>stream.persist</c> and, where
/// something is to be done, <c>stream.work</c>. A kick is <c>stream.evict</c> with its <c>kick</c>s and the command that reports its end:
/// linked to the command that ordered it, since it may outlive the answer by hours.
/// </summary>
internal static class StreamTrace
{
    /// <summary>The <c>traceparent</c> to send along; null, at the cost of one look, when nobody traces.</summary>
    public static string? Current() => Telemetry.Spans.HasListeners() ? Activity.Current?.Id : null;

    /// <summary>Whom a command belongs to; the default when nobody traces it here or there.</summary>
    public static ActivityContext CauseOf(string? traceParent) =>
        traceParent is not null && Telemetry.Spans.HasListeners()
            && ActivityContext.TryParse(traceParent, null, isRemote: true, out var cause)
            ? cause
            : default;

    /// <summary>
    /// A span that begins now; null when nobody traces. Never the current one: the thread serves other streams next.
    /// </summary>
    public static Activity? Begin(string name, ActivityContext cause, string key, DateTimeOffset began)
    {
        if (cause == default)
        {
            return null;
        }

        var current = Activity.Current;
        var span = Telemetry.Spans.StartActivity(name, ActivityKind.Internal, cause, startTime: began)?.SetTag("key", key);
        Activity.Current = current;
        return span;
    }

    public static void End(Activity? span, DateTimeOffset ended)
    {
        if (span is null)
        {
            return;
        }

        var current = Activity.Current;
        span.SetEndTime(ended.UtcDateTime).Dispose();
        Activity.Current = current;
    }

    /// <summary>A span that ran from then until now.</summary>
    public static void Span(string name, ActivityContext cause, string key, DateTimeOffset began, DateTimeOffset ended) =>
        End(Begin(name, cause, key, began), ended);
}
