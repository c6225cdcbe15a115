using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Api;

public class StreamsApiTests
{
    [Fact]
    public async Task A_live_stream_is_shown_in_its_documented_shape()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7) with
        {
            Locked = new OperatorMark("ann", "night", Given.At(-5)),
            Wedges = [new Wedge("srs-2", "vid-2", "svc-2", Given.At(-7))],
        });

        var (status, body) = await server.GetAsync("/api/v1/streams/__defaultVhost__/live/cam1");

        status.ShouldBe(200);
        body.GetProperty("key").GetRawText().ShouldBe("""{"vhost":"__defaultVhost__","app":"live","stream":"cam1"}""");
        body.GetProperty("state").GetString().ShouldBe("live");
        body.GetProperty("generation").GetInt64().ShouldBe(7);
        var session = body.GetProperty("session");
        session.GetProperty("origin").GetString().ShouldBe("srs-1");
        session.GetProperty("serverId").GetString().ShouldBe("vid-srs-1");
        session.GetProperty("serviceId").GetString().ShouldBe("svc-1");
        session.GetProperty("clientId").GetString().ShouldBe("live9999");
        session.GetProperty("ip").GetString().ShouldBe("10.0.0.7");
        session.GetProperty("since").GetDateTimeOffset().ShouldBe(Given.At(-60_000));
        body.GetProperty("locked").GetProperty("by").GetString().ShouldBe("ann");
        body.GetProperty("wedgedOn")[0].GetProperty("origin").GetString().ShouldBe("srs-2");
        body.GetProperty("handover").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null, "a field that is null is there all the same");
        body.GetProperty("evictions").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_session_that_SRS_publishes_for_nobody_is_told_where_its_origin_says_so_and_it_is_old_enough_to_know()
    {
        await using var server = await ApiServer.StartAsync();
        string[] keys = ["__defaultVhost__/live/a", "__defaultVhost__/live/b", "__defaultVhost__/live/c"];
        server.Entities.Origins.AddRange([Given.Origin("srs-1") with { OrphanedKeys = [keys[0], keys[2]] }, Given.Origin("srs-2")]);
        await server.Entities.PutAsync(Given.Live(keys[0]));
        await server.Entities.PutAsync(Given.Live(keys[1]));
        var young = Given.Live(keys[2]);
        await server.Entities.PutAsync(young with { Session = young.Session! with { Since = Given.At(-11_000) } });

        var (_, list) = await server.GetAsync("/api/v1/streams");

        list.GetProperty("streams").EnumerateArray().Select(IsOrphaned).ShouldBe([true, false, false]);
        foreach (var (key, expected) in keys.Zip([true, false, false]))
        {
            IsOrphaned((await server.GetAsync("/api/v1/streams/" + key)).Body).ShouldBe(expected, key);
        }

        await server.Entities.PutAsync(Given.Live(keys[0], origin: "srs-2"));
        IsOrphaned((await server.GetAsync("/api/v1/streams/" + keys[0])).Body).ShouldBeFalse("its successor is on another server");

        static bool IsOrphaned(System.Text.Json.JsonElement stream) =>
            stream.GetProperty("session").TryGetProperty("orphaned", out var orphaned) && orphaned.GetBoolean();
    }

    [Theory]
    [InlineData("-/live/cam1", "__defaultVhost__/live/cam1")]
    [InlineData("v.example/a%2Fb/cam1", "v.example/a/b/cam1")]
    [InlineData("v.example/a/b/cam1", "v.example/a/b/cam1")]
    [InlineData("v.example/a/b/c/cam1/", "v.example/a/b/c/cam1")]
    [InlineData("v.example/a%252Fb/cam1", "v.example/a%2Fb/cam1")]
    [InlineData("v.example/live/%E7%9B%B4%E6%92%AD%20%3F%23%25", "v.example/live/直播 ?#%")]
    [InlineData("v.example/live/timeline", "v.example/live/timeline")]
    [InlineData("v.example/live/a+b;c=d", "v.example/live/a+b;c=d")]
    public async Task A_key_is_read_from_the_path_to_the_letter(string path, string key)
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live(key));

        var (status, body) = await server.GetAsync("/api/v1/streams/" + path);

        status.ShouldBe(200);
        var parts = body.GetProperty("key");
        $"{parts.GetProperty("vhost")}/{parts.GetProperty("app")}/{parts.GetProperty("stream")}".ShouldBe(key);
    }

    [Fact]
    public async Task A_key_that_nothing_ever_happened_to_is_not_found()
    {
        await using var server = await ApiServer.StartAsync();
        var (status, body) = await server.GetAsync("/api/v1/streams/-/live/nobody");
        status.ShouldBe(404);
        body.GetProperty("reason").GetString().ShouldBe("stream-unknown");
    }

    [Fact]
    public async Task A_list_comes_in_pages_and_misses_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        foreach (var number in Enumerable.Range(0, 23))
        {
            await server.Entities.PutAsync(Given.Live($"live/cam{number:00}", origin: number % 2 == 0 ? "srs-1" : "srs-2"));
        }

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var (status, page) = await server.GetAsync($"/api/v1/streams?limit=5&origin=srs-1{cursor}");
            status.ShouldBe(200);
            page.GetProperty("streams").GetArrayLength().ShouldBeLessThanOrEqualTo(5);
            seen.AddRange(page.GetProperty("streams").EnumerateArray().Select(one => one.GetProperty("key").GetProperty("stream").GetString()!));
            cursor = page.TryGetProperty("next", out var next) ? "&cursor=" + next.GetString() : "";
        }
        while (cursor.Length > 0);

        seen.ShouldBe([.. Enumerable.Range(0, 12).Select(number => $"cam{number * 2:00}")]);
    }

    [Fact]
    public async Task A_list_is_filtered_by_state_and_by_a_part_of_the_key()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1"));
        await server.Entities.PutAsync(Given.Live("live/mic1"));
        await server.Entities.PutAsync(Given.Idle("live/cam2") with { Generation = 3 });

        var (_, live) = await server.GetAsync("/api/v1/streams?state=live&q=CAM");

        live.GetProperty("streams").EnumerateArray().Single().GetProperty("key").GetProperty("stream").GetString().ShouldBe("cam1");
        live.TryGetProperty("next", out _).ShouldBeFalse("the last page has no next");
    }

    [Fact]
    public async Task What_has_run_out_since_its_row_was_written_is_not_shown()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1") with
        {
            ReservedFor = "enc-1", ReservedUntil = Given.At(-1), CoolDownUntil = Given.At(1000),
        });

        var (_, page) = await server.GetAsync("/api/v1/streams");

        var row = page.GetProperty("streams")[0];
        row.GetProperty("reservation").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        row.GetProperty("coolDownUntil").GetDateTimeOffset().ShouldBe(Given.At(1000));
    }

    [Theory]
    [InlineData("/api/v1/streams?limit=0", "limit")]
    [InlineData("/api/v1/streams?limit=99999999999", "limit")]
    [InlineData("/api/v1/streams?limit=many", "limit")]
    [InlineData("/api/v1/streams?limit=1&limit=2", "limit")]
    [InlineData("/api/v1/streams?state=lively", "state")]
    [InlineData("/api/v1/streams?stat=live", "stat")]
    [InlineData("/api/v1/streams?cursor=%25%25", "cursor")]
    [InlineData("/api/v1/streams/-/live/cam1?verbose=1", "verbose")]
    [InlineData("/api/v1/streams/-/live/cam1/timeline?cursor=x", "cursor")]
    [InlineData("/api/v1/streams/-/live/cam1/timeline?cursor=-4", "cursor")]
    [InlineData("/api/v1/streams/-/live/cam1/explain", "clientId")]
    [InlineData("/api/v1/origins?state=up", "state")]
    public async Task A_wrong_parameter_is_named_together_with_the_fix(string path, string field)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, body) = await server.GetAsync(path);
        status.ShouldBe(400);
        body.GetProperty("type").GetString().ShouldBe("urn:streamsupervisor:problem:bad-field");
        body.GetProperty("field").GetString().ShouldBe(field);
        body.GetProperty("detail").GetString().ShouldStartWith(field + ": ");
    }

    [Theory]
    [InlineData("/api/v1/streams/live/cam1", 400, "bad-stream-key")]
    [InlineData("/api/v1/streams/-/live/a%0Ab", 400, "bad-stream-key")]
    [InlineData("/api/v1/streams/-//cam1", 400, "bad-stream-key")]
    [InlineData("/api/v1/streams/-/live/a%2Fb", 400, "bad-stream-key")]
    [InlineData("/api/v1/nothing", 404, "no-such-call")]
    public async Task A_path_that_is_no_call_says_why(string path, int expected, string reason)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, body) = await server.GetAsync(path);
        status.ShouldBe(expected);
        body.GetProperty("reason").GetString().ShouldBe(reason);
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        var (status, body) = await server.GetAsync("/api/v1/streams/-/live/" + new string('x', 600));
        status.ShouldBe(400);
        body.GetProperty("detail").GetString()!.ShouldContain("512");
    }

    [Theory]
    [InlineData(AskStatus.Unknown, 504, "outcome-unknown", "temporary")]
    [InlineData(AskStatus.Overloaded, 503, "overloaded", "temporary")]
    [InlineData(AskStatus.Unavailable, 503, "unavailable", "temporary")]
    [InlineData(AskStatus.Failed, 500, "key-failed", "permanent")]
    public async Task An_entity_that_does_not_answer_is_a_problem_of_its_own_kind(AskStatus ask, int expected, string reason, string kind)
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Status = ask;
        var (status, body) = await server.GetAsync("/api/v1/streams/-/live/cam1");
        status.ShouldBe(expected);
        body.GetProperty("reason").GetString().ShouldBe(reason);
        body.GetProperty("kind").GetString().ShouldBe(kind);
        body.TryGetProperty("retryAfterMs", out _).ShouldBe(kind == "temporary");
    }

    [Fact]
    public async Task A_store_that_is_away_is_a_temporary_problem()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.TakeStoreAwayAsync();
        var (status, body) = await server.GetAsync("/api/v1/streams");
        status.ShouldBe(503);
        body.GetProperty("reason").GetString().ShouldBe("store-unavailable");
    }
}
