using System.Diagnostics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// The span of a request that came in. The web server makes an activity for each request that nobody exports: a span below it would have
/// a parent that no trace shows, and its "not recorded" would be inherited. So ours hangs below whoever sent the request, or below nothing.
/// </summary>
internal static class RequestTrace
{
    /// <summary>Null, at the cost of one look, when nobody traces.</summary>
    public static Activity? Begin(string name) => Telemetry.Spans.HasListeners() ? Start(name, CallerOf(Activity.Current)) : null;

    /// <summary>The same for a request that is traced only where its sender traced it.</summary>
    public static Activity? Continue(string name) =>
        Telemetry.Spans.HasListeners() && CallerOf(Activity.Current) is var caller && caller != default ? Start(name, caller) : null;

    private static ActivityContext CallerOf(Activity? request) => request is { Parent: null } && request.ParentSpanId != default
        ? new ActivityContext(request.TraceId, request.ParentSpanId, request.ActivityTraceFlags, request.TraceStateString, isRemote: true)
        : default;

    private static Activity? Start(string name, ActivityContext caller)
    {
        var request = Activity.Current;
        Activity.Current = null;
        var span = Telemetry.Spans.StartActivity(name, ActivityKind.Server, caller);
        Activity.Current = span ?? request;
        return span;
    }
}
