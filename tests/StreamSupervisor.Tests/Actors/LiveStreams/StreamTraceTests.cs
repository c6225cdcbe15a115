using System.Collections.Concurrent;
using System.Diagnostics;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Observability;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>The spans of one traced command, in their order.</summary>
public sealed class StreamTraceTests : LiveStreamStage
{
    [Fact]
    public async Task A_traced_publish_shows_where_its_time_went_and_what_it_kicked()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        OnAir("old", One, "srs-1");
        var region = LiveStreamRegion.Start(Sys, Shard, Time, new LiveStreamSettings());

        using var hook = Telemetry.Spans.StartActivity("hook")!;
        var ask = region.AskAsync(Key, Scene.Ask(Scene.Encoder("new")), Time.GetUtcNow().AddSeconds(5), CancellationToken.None);
        WaitFor(() => ask.IsCompleted, "the answer");
        (await ask).Reply.ShouldBeOfType<Allowed>();
        hook.Stop();

        AwaitAssert(() => ended.Where(span => span.TraceId == hook.TraceId).Select(span => span.OperationName)
            .ShouldBe(["stream.decide", "stream.persist", "stream.ask", "hook"]));
        var asked = ended.Single(span => span.OperationName == "stream.ask" && span.TraceId == hook.TraceId);
        asked.ParentSpanId.ShouldBe(hook.SpanId);
        ended.Where(span => span.ParentSpanId == asked.SpanId).Count().ShouldBe(2);
        AwaitAssert(() =>
        {
            var evict = ended.Single(span => span.Links.Any(link => link.Context.TraceId == hook.TraceId));
            evict.OperationName.ShouldBe("stream.evict");
            ended.ShouldContain(span => span.OperationName == "kick" && span.ParentSpanId == evict.SpanId);
        });
    }
}
