using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>The way of one publish request, step by step: a step that is added shows here, and in review.</summary>
[Collection(Collections.Spans)]
public sealed class TraceTests
{
    [Fact]
    public async Task A_first_publish_is_a_hook_one_ask_one_decision_and_one_write()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        (await TraceAsync(platform, "one")).ShouldBe(
        [
            "hook",
            "hook > stream.ask",
            "hook > stream.ask > stream.decide",
            "hook > stream.ask > stream.persist",
        ]);
    }

    [Fact]
    public async Task A_takeover_is_no_longer_way_the_wait_is_inside_the_ask()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        await platform.PublishAsync(platform.Srs[0], "live/cam");
        (await TraceAsync(platform, "two")).ShouldBe(
        [
            "hook",
            "hook > stream.ask",
            "hook > stream.ask > stream.decide",
            "hook > stream.ask > stream.persist",
        ]);
        (await platform.StreamAsync("live/cam"))!.Generation.ShouldBe(2);
    }

    /// <summary>Sends one <c>on_publish</c> as a caller that traces.</summary>
    /// <returns>The spans of the supervisor in this trace, each with those around it, in the order of their beginning.</returns>
    private static async Task<string[]> TraceAsync(Platform platform, string client)
    {
        var trace = ActivityTraceId.CreateRandom();
        var spans = new ConcurrentDictionary<ActivitySpanId, Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "StreamSupervisor" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                if (span.Source.Name == "StreamSupervisor" && span.TraceId == trace)
                {
                    spans[span.SpanId] = span;
                }
            },
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
        await Eventually.HoldsAsync("the hook's span has ended", () => Task.FromResult(spans.Values.Any(span => span.OperationName == "hook")));
        return [.. spans.Values.OrderBy(span => span.StartTimeUtc).ThenBy(span => Depth(span)).ThenBy(span => span.Duration).Select(span => Way(span))];

        string Way(Activity span) => spans.TryGetValue(span.ParentSpanId, out var around) ? $"{Way(around)} > {span.OperationName}" : span.OperationName;
        int Depth(Activity span) => spans.TryGetValue(span.ParentSpanId, out var around) ? Depth(around) + 1 : 0;
    }
}
