using System.Net;
using System.Net.Http.Json;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>What operators can order, over HTTP and with commands, while streams run.</summary>
public sealed class OperatorTests
{
    private const string Path = "/api/v1/streams/__defaultVhost__/live/cam";

    [Fact]
    public async Task Over_http_a_key_is_kicked_locked_unlocked_pinned_and_released()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var first = await platform.PublishAsync(platform.Srs[0], "live/cam");
        await OrderAsync(platform, "kick", new { by = "ann", why = "wrong picture" });
        (await first.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        await platform.StreamAsync("live/cam", stream => stream.State == "interrupted");

        await OrderAsync(platform, "lock", new { by = "ann", why = "until noon" });
        var locked = await EncoderEnd.DialAsync(platform.Srs[0]);
        (await locked.PublishAsync("live/cam")).ShouldBe(PublishOutcome.RefusedByHook);
        (await platform.ExplainAsync("live/cam", locked.ClientId)).Reason.ShouldBe("locked");
        (await platform.StreamAsync("live/cam"))!.Locked!.By.ShouldBe("ann");

        await OrderAsync(platform, "unlock", new { by = "ann", why = "noon" });
        await OrderAsync(platform, "pin", new { by = "ann", why = "rehearsal", identity = "somebody" });
        var stranger = await EncoderEnd.DialAsync(platform.Srs[0]);
        (await stranger.PublishAsync("live/cam")).ShouldBe(PublishOutcome.RefusedByHook);
        (await platform.ExplainAsync("live/cam", stranger.ClientId)).Reason.ShouldBe("pinned-to-another");

        await OrderAsync(platform, "unlock", new { by = "ann", why = "over" });
        var second = await platform.PublishAsync(platform.Srs[0], "live/cam");
        await OrderAsync(platform, "release", new { by = "ann", why = "clean up" });
        (await second.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        await platform.StreamAsync("live/cam", stream => stream is { Session: null, Evictions: [] });

        await platform.PublishAsync(platform.Srs[0], "live/cam");
        (await platform.Srs.BusyAsync()).ShouldBe(0);
        (await platform.TimelineAsync("live/cam")).Where(entry => entry.By == "ann" && entry.Why is not null).Select(entry => entry.Why).Distinct()
            .ShouldBe(["wrong picture", "until noon", "noon", "rehearsal", "over", "clean up"]);
    }

    [Fact]
    public async Task Release_removes_what_SRS_holds_though_the_supervisor_did_not_know_of_it()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V5, SrsModel.V7);

        // Without hooks, as while the supervisor was down or before it was set up.
        await platform.Srs[1].SendHooksToAsync((Uri?)null);
        var unknown = await EncoderEnd.DialAsync(platform.Srs[1]);
        (await unknown.PublishAsync("live/cam")).ShouldBe(PublishOutcome.Started);
        await OrderAsync(platform, "release", new { why = "nobody knows who this is" });
        (await unknown.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        await platform.StreamAsync("live/cam", stream => stream is { Session: null, Evictions: [] });
    }

    [Fact]
    public async Task With_commands_a_key_is_shown_kicked_locked_unlocked_pinned_and_released()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var first = await platform.PublishAsync(platform.Srs[0], "live/cam");
        await Eventually.HoldsAsync("the list, which is written behind the journal, has the key", async () =>
            (await SayAsync(platform, "streams")).Contains("live/cam", StringComparison.Ordinal));
        (await SayAsync(platform, "streams", "show", "live/cam")).ShouldContain(first.ClientId);
        (await SayAsync(platform, "origins")).ShouldContain("6.0.157");

        await SayAsync(platform, "streams", "kick", "live/cam", "--why", "wrong picture");
        (await first.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);
        await SayAsync(platform, "streams", "lock", "live/cam", "--why", "until noon", "--by", "ann");
        (await SayAsync(platform, "streams", "show", "live/cam")).ShouldContain("until noon");
        var locked = await EncoderEnd.DialAsync(platform.Srs[0]);
        (await locked.PublishAsync("live/cam")).ShouldBe(PublishOutcome.RefusedByHook);
        (await SayAsync(platform, "streams", "explain", "live/cam", "--client", locked.ClientId)).ShouldContain("locked");

        await SayAsync(platform, "streams", "unlock", "live/cam", "--why", "noon");
        await SayAsync(platform, "streams", "pin", "live/cam", "--why", "rehearsal", "--identity", "somebody");
        (await (await EncoderEnd.DialAsync(platform.Srs[0])).PublishAsync("live/cam")).ShouldBe(PublishOutcome.RefusedByHook);
        await SayAsync(platform, "streams", "unlock", "live/cam", "--why", "over");
        var second = await platform.PublishAsync(platform.Srs[0], "live/cam");
        await SayAsync(platform, "streams", "release", "live/cam", "--why", "clean up");
        (await second.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked);

        foreach (var (arguments, why) in new (string[], string)[]
        {
            (["streams", "kick", "live/never-seen", "--why", "typo"], "Nothing has ever happened to"),
            (["streams", "release", "live/cam", "--journal", "--why", "repaired"], "can be read"),
        })
        {
            var (code, done, sentence) = await platform.CommandAsync(arguments);
            (code, done).ShouldBe((1, ""));
            sentence.ShouldContain(why);
        }

        (await platform.CommandAsync("streams", "release", "live/cam", "--anew", "--why", "x")).ExitCode.ShouldBe(2);
        var (exitCode, _, error) = await platform.CommandAsync("streams", "kick", "live", "--why", "a key has two parts");
        exitCode.ShouldBe(2);
        error.ShouldContain("no stream key");
    }

    private static async Task OrderAsync(Platform platform, string verb, object order)
    {
        using var answer = await platform.Http.PostAsJsonAsync($"{Path}/{verb}", order);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> SayAsync(Platform platform, params string[] arguments)
    {
        var (exitCode, output, error) = await platform.CommandAsync(arguments);
        exitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {error}");
        return output;
    }
}
