using System.Collections.Concurrent;
using System.Diagnostics;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Observability;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>The spans of one traced command, in their order: the rooms that a kick goes through.</summary>
public sealed class StreamTraceTests : LiveStreamStage
{
    [Fact]
    public async Task A_traced_takeover_goes_to_the_kick_and_back_through_six_rooms()
    {
        var began = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = began.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        OnAir("old", One, "srs-1");
        var region = LiveStreamRegion.Start(Sys, Shard, Time, new LiveStreamSettings());

        using var hook = Telemetry.Spans.StartActivity("hook")!;
        var ask = region.AskAsync(Key, Scene.Ask(Scene.Encoder("new")), Time.GetUtcNow().AddSeconds(5), CancellationToken.None);
        WaitFor(() => ask.IsCompleted, "the answer");
        (await ask).Reply.ShouldBeOfType<Allowed>();
        hook.Stop();

        var evict = began.Single(span => span.Links.Any(link => link.Context.TraceId == hook.TraceId));
        string[] asked = ["hook", "stream.ask", "stream.command", "stream.decide", "stream.evolve", "stream.persist"];
        string[] kick =
        [
            "stream.work", // LiveStream.OpenWork, as LiveStreamActor sees it when the order is durable
            "stream.evict", // EvictionActor
            "kick", // ISrsApi
            "stream.command", "stream.decide", "stream.evolve", "stream.persist", // LiveStreamActor, LiveStream.Handover, and made durable
        ];
        began.Where(span => span.TraceId == hook.TraceId || span.TraceId == evict.TraceId).Select(span => span.OperationName)
            .ShouldBe([.. asked, .. kick]);

        // Each of them counts for its owner: what is told stands below what told it.
        var command = began.Single(span => span.OperationName == "stream.command" && span.TraceId == hook.TraceId);
        Below(command).ShouldBe(["stream.decide", "stream.evolve", "stream.persist", "stream.work"]);
        Below(evict).ShouldBe(["kick", "stream.command"]);
        evict.Links.Single().Context.SpanId.ShouldBe(command.SpanId);

        IEnumerable<string> Below(Activity around) => began.Where(span => span.ParentSpanId == around.SpanId).Select(span => span.OperationName);
    }

    [Fact]
    public void What_nobody_traces_makes_no_span()
    {
        OnAir("old", One, "srs-1");
        StreamTrace.Begin("stream.command", default, Key, Time.GetUtcNow()).ShouldBeNull();
    }
}
