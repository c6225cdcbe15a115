using System.Diagnostics;

namespace StreamSupervisor.Cluster.Observability;

/// <summary>
/// What one traced ask remembers of its way. The spans are made at its end, with the times noted here: live ones would have to travel
/// through <see cref="Activity.Current"/> of threads that serve many asks at once.
/// </summary>
internal sealed class AskTrace(ActivityContext around, DateTimeOffset askedAt)
{
    public static readonly ActivitySource Source = new("StreamSupervisor");

    /// <summary>The span that the ask was made in.</summary>
    public ActivityContext Around { get; } = around;
    public DateTimeOffset DecideBegan { get; set; }
    public DateTimeOffset DecideEnded { get; set; }
    public DateTimeOffset AppendBegan { get; set; }
    public DateTimeOffset AppendEnded { get; set; }

    /// <summary>Null when nobody traces, and for an ask that is part of nothing traced: a sweep asks for thousands of keys.</summary>
    public static AskTrace? Begin(TimeProvider time) =>
        Source.HasListeners() && Activity.Current is { } around ? new AskTrace(around.Context, time.GetUtcNow()) : null;

    /// <summary>Publishes <c>ask</c> and, within it, <c>decide</c> and <c>append</c>.</summary>
    public void End(string entityId, int shard, string outcome, DateTimeOffset now)
    {
        var current = Activity.Current;
        using var ask = Source.StartActivity("ask", ActivityKind.Internal, Around, startTime: askedAt);
        if (ask is not null)
        {
            ask.SetTag("entity", entityId);
            ask.SetTag("shard", shard);
            ask.SetTag("outcome", outcome);
            Span("decide", ask.Context, DecideBegan, DecideEnded);
            Span("append", ask.Context, AppendBegan, AppendEnded);
            ask.SetEndTime(now.UtcDateTime);
            ask.Stop();
        }

        Activity.Current = current;
    }

    private static void Span(string name, ActivityContext parent, DateTimeOffset began, DateTimeOffset ended)
    {
        if (ended == default)
        {
            return;
        }

        using var span = Source.StartActivity(name, ActivityKind.Internal, parent, startTime: began);
        span?.SetEndTime(ended.UtcDateTime);
        span?.Stop();
    }
}
