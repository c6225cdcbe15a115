using System.Diagnostics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// The span of a request that came in. The web server makes an activity for each request that nobody exports: a span below it would have
/// a parent that no trace shows, and its "not recorded" would be inherited. So ours hangs below whoever sent the request, or below nothing.
/// </summary>
internal static class RequestTrace
{
    /// <summary>The trace of the span that this thread begins now; the default: a random one.</summary>
    [ThreadStatic]
    private static ActivityTraceId s_next;

    static RequestTrace() =>
        Activity.TraceIdGenerator = () => s_next == default ? ActivityTraceId.CreateRandom() : s_next;

    /// <summary>A span that has begun already. Null, at the cost of one look, when nobody traces.</summary>
    /// <param name="name">Of the span.</param>
    /// <param name="trace">Its trace, where its sender traces nothing itself.</param>
    /// <param name="began">By the clock of the system, which ends it.</param>
    public static Activity? Begin(string name, ActivityTraceId trace, DateTimeOffset began) =>
        Telemetry.Spans.HasListeners() ? Start(name, CallerOf(Activity.Current), trace, began) : null;

    /// <summary>The span of a request that is traced only where its sender traced it.</summary>
    public static Activity? Continue(string name) =>
        Telemetry.Spans.HasListeners() && CallerOf(Activity.Current) is var caller && caller != default
            ? Start(name, caller, default, default) : null;

    private static ActivityContext CallerOf(Activity? request) => request is { Parent: null } && request.ParentSpanId != default
        ? new ActivityContext(request.TraceId, request.ParentSpanId, request.ActivityTraceFlags, request.TraceStateString, isRemote: true)
        : default;

    private static Activity? Start(string name, ActivityContext caller, ActivityTraceId trace, DateTimeOffset began)
    {
        var request = Activity.Current;
        (Activity.Current, s_next) = (null, trace);
        var span = Telemetry.Spans.StartActivity(name, ActivityKind.Server, caller, startTime: began);
        (Activity.Current, s_next) = (span ?? request, default);
        return span;
    }
}
