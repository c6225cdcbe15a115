using System.Diagnostics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// Spans of one traced command: <c>stream.ask</c> on the asking member, below it <c>stream.decide</c> and <c>stream.persist</c> on the
/// owner, and
/// <c>stream.evict</c> with its <c>kick</c>s, which is linked to the command: it may outlive the answer by hours.
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

    /// <summary>A span that ran from then until now. Never the current one: the thread serves other streams next.</summary>
    public static void Span(string name, ActivityContext cause, string key, DateTimeOffset began, DateTimeOffset ended)
    {
        if (cause == default)
        {
            return;
        }

        var current = Activity.Current;
        using (var span = Telemetry.Spans.StartActivity(name, ActivityKind.Internal, cause, startTime: began))
        {
            span?.SetTag("key", key).SetEndTime(ended.UtcDateTime);
        }

        Activity.Current = current;
    }
}
