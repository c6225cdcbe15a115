using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>The way of one publish request, room by room: a room that is added shows here, and in review.</summary>
[Collection(Collections.Spans)]
public sealed class TraceTests
{
    /// <summary>The rooms of a publish in their order, each with the span that says that it was entered.</summary>
    private static readonly (string Room, string Span)[] Rooms =
    [
        ("HookEndpoints", "hook"),
        ("SrsHookReader", "hook > hook.read"),
        ("PublishHook", "hook > hook.decide"),
        ("LiveStreamRegion", "hook > hook.decide > stream.ask"),
        ("LiveStreamActor", "hook > hook.decide > stream.ask > stream.command"),
        ("LiveStream.Publish", "hook > hook.decide > stream.ask > stream.command > stream.decide"),
        ("LiveStream.Evolve", "hook > hook.decide > stream.ask > stream.command > stream.evolve"),
        ("the journal", "hook > hook.decide > stream.ask > stream.command > stream.persist"),
        ("SrsHookReply", "hook > hook.reply"),
    ];

    [Fact]
    public async Task A_first_publish_goes_through_nine_rooms_and_never_turns_back()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var way = await TraceAsync(platform, "one");

        way.ShouldBe(Rooms.Select(room => room.Span));
        way.Length.ShouldBe(9);
    }

    [Fact]
    public async Task A_takeover_is_no_longer_way_the_wait_is_inside_the_ask()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        var way = await TraceAsync(platform, "two");

        // Beside the nine rooms only the order to remove the old session, of which the kick goes its own way.
        way.Except(Rooms.Select(room => room.Span)).ShouldBe(["hook > hook.decide > stream.ask > stream.command > stream.work"]);
        way.Where(span => !span.EndsWith("stream.work", StringComparison.Ordinal)).ShouldBe(Rooms.Select(room => room.Span));
        (await platform.StreamAsync("live/cam"))!.Generation.ShouldBe(2);
    }

    /// <summary>Sends one <c>on_publish</c> as a caller that traces.</summary>
    /// <returns>The spans of the supervisor in this trace, each with those around it, in the order in which they were begun.</returns>
    private static async Task<string[]> TraceAsync(Platform platform, string client)
    {
        var trace = ActivityTraceId.CreateRandom();
        var begun = new ConcurrentQueue<Activity>();
        var hookEnded = false;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "StreamSupervisor" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = span =>
            {
                if (IsOurs(span))
                {
                    begun.Enqueue(span);
                }
            },
            ActivityStopped = span => hookEnded |= IsOurs(span) && span.OperationName == "hook",
        };
        ActivitySource.AddActivityListener(listener);

        var service = await platform.Srs[0].RunAsync(core => core.ServiceId);
        using var hook = new HttpRequestMessage(HttpMethod.Post, $"/hooks/v1/{SrsServers.TokenOf("srs-1")}")
        {
            Content = new StringContent(
                $$"""
                {"server_id":"srs-1","service_id":"{{service}}","action":"on_publish","client_id":"{{client}}","ip":"203.0.113.9","vhost":"__defaultVhost__",
                "app":"live","stream":"cam","param":"","tcUrl":"rtmp://127.0.0.1/live"}
                """, Encoding.UTF8, "application/json"),
        };
        hook.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using var answer = await platform.Http.SendAsync(hook);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"code\":0}");

        // The hook's own span ends just after its answer is out.
        await Eventually.HoldsAsync("the hook's span has ended", () => Task.FromResult(Volatile.Read(ref hookEnded)));
        var spans = begun.ToDictionary(span => span.SpanId);
        return [.. begun.Select(Way)];

        bool IsOurs(Activity span) => span.Source.Name == "StreamSupervisor" && span.TraceId == trace;
        string Way(Activity span) => spans.TryGetValue(span.ParentSpanId, out var around) ? $"{Way(around)} > {span.OperationName}" : span.OperationName;
    }
}
