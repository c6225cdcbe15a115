using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.Srs.Hooks;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Hooks;

/// <summary>What is measured of hooks. Stream keys are never labels.</summary>
internal static class HookTelemetry
{
    private static readonly Histogram<double> Answers = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.hooks.duration", "s",
        "Time from a hook's arrival to its answer, by action and result; a held one's is its hold.");

    private static readonly Counter<long> Undecideds = Telemetry.Meter.CreateCounter<long>("streamsupervisor.hooks.undecided", "{hook}",
        "Attempts to publish for which no decision could be had in time, by what hooks.when-unavailable answered.");

    /// <summary>What an alert may rest on is there from the start, at 0.</summary>
    public static void Begin()
    {
        Undecideds.Add(0, new KeyValuePair<string, object?>("answer", "allowed"));
        Undecideds.Add(0, new KeyValuePair<string, object?>("answer", "refused"));
    }

    /// <summary>When a hook arrived; null, at the cost of one look, when nobody traces.</summary>
    public static DateTimeOffset? Arrived() => Telemetry.Spans.HasListeners() ? TimeProvider.System.GetUtcNow() : null;

    /// <summary>
    /// The span around a hook from its arrival on, in the trace of its client; what is asked of its stream meanwhile stands within it. Null
    /// when nobody traces. It names neither the hook's address nor the encoder's query: both hold secrets.
    /// </summary>
    public static Activity? Trace(string origin, SrsHook hook, DateTimeOffset? arrived)
    {
        if (arrived is not { } began || RequestTrace.Begin("hook", AttemptTrace.IdOf(origin, hook.ClientId), began) is not { } span)
        {
            return null;
        }

        Telemetry.Spans.StartActivity("hook.read", ActivityKind.Internal, span.Context, startTime: began)?.Dispose();
        return span.SetTag("origin", origin).SetTag("action", Name(hook.Action));
    }

    /// <summary>One step of a hook that is traced: a room that it goes through. Null for any other, at the cost of one look.</summary>
    public static Activity? Step(string name) =>
        Activity.Current is { } around && around.Source == Telemetry.Spans ? Telemetry.Spans.StartActivity(name) : null;

    public static void Answered(HookAction action, string result, TimeSpan took) =>
        Answers.Record(took.TotalSeconds, new("action", Name(action)), new("result", result));

    public static void Undecided(bool isAllowed) =>
        Undecideds.Add(1, new KeyValuePair<string, object?>("answer", isAllowed ? "allowed" : "refused"));

    private static string Name(HookAction action) => action switch
    {
        HookAction.OnConnect => "on_connect",
        HookAction.OnPublish => "on_publish",
        HookAction.OnUnpublish => "on_unpublish",
        HookAction.OnClose => "on_close",
        HookAction.OnPlay => "on_play",
        HookAction.OnStop => "on_stop",
        _ => "unknown",
    };
}
