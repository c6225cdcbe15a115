using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Api;

public class OrdersApiTests
{
    private const string Cam1 = "/api/v1/streams/-/live/cam1";

    [Fact]
    public async Task Every_order_reaches_the_key_with_who_and_why()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.AddRange([Given.Origin("srs-1"), Given.Origin("srs-2")]);

        await server.PostAsync($"{Cam1}/kick", """{"by":"ann","why":"stale"}""");
        await server.PostAsync($"{Cam1}/release", """{"why":"ghost"}""");
        await server.PostAsync($"{Cam1}/lock", """{"why":"night"}""");
        await server.PostAsync($"{Cam1}/unlock", """{"why":"day"}""");
        var (status, body) = await server.PostAsync($"{Cam1}/pin", """{"why":"the show","identity":"studio-1"}""");

        status.ShouldBe(200);
        body.GetProperty("changed").GetBoolean().ShouldBeTrue();
        body.GetProperty("text").GetString().ShouldBe("Pin done.");
        var key = Given.Cam1.ToString();
        server.Entities.Orders[1].Order.ShouldBeOfType<Release>().Origins.ShouldBe(["srs-1", "srs-2"], "every node is searched");
        server.Entities.Orders.RemoveAt(1);
        server.Entities.Orders.ShouldBe(
        [
            (key, new Kick("ann", "stale")),
            (key, new Domain.LiveStreams.Lock("local", "night")),
            (key, new Unlock("local", "day")),
            (key, new Pin("studio-1", "local", "the show")),
        ]);
    }

    [Theory]
    [InlineData("30m", 1800)]
    [InlineData("1s", 1)]
    [InlineData("30d", 30 * 86_400)]
    public async Task A_lock_may_have_an_end(string length, int seconds)
    {
        await using var server = await ApiServer.StartAsync();

        (await server.PostAsync($"{Cam1}/lock", $$"""{"why":"night","for":"{{length}}"}""")).Status.ShouldBe(200);

        server.Entities.Orders.Single().Order.ShouldBe(
            new Domain.LiveStreams.Lock("local", "night") { For = TimeSpan.FromSeconds(seconds) });
    }

    [Theory]
    [InlineData("lock", "\"soon\"", "It is a duration such as 30m")]
    [InlineData("lock", "\"0s\"", "It is a duration such as 30m")]
    [InlineData("lock", "\"31d\"", "from a second to 30 days")]
    [InlineData("lock", "30", "It is a string")]
    [InlineData("unlock", "\"30m\"", "There is no such field")]
    public async Task An_end_that_cannot_be_is_refused(string verb, string length, string detail)
    {
        await using var server = await ApiServer.StartAsync();

        var (status, problem) = await server.PostAsync($"{Cam1}/{verb}", $$"""{"why":"night","for":{{length}}}""");

        (status, problem.GetProperty("field").GetString()).ShouldBe((400, "for"));
        problem.GetProperty("detail").GetString()!.ShouldContain(detail);
        server.Entities.Orders.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("kick", "")]
    [InlineData("release", "")]
    [InlineData("lock", "")]
    [InlineData("unlock", "")]
    [InlineData("pin", ""","identity":"studio-1" """)]
    public async Task An_order_for_another_generation_is_a_conflict_that_says_the_present_one(string verb, string more)
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7));

        var (status, body) = await server.PostAsync($"{Cam1}/{verb}", $$"""{"why":"stale","ifGeneration":6{{more}}}""");

        status.ShouldBe(409);
        body.GetProperty("reason").GetString().ShouldBe("generation-moved");
        body.GetProperty("kind").GetString().ShouldBe("permanent");
        body.GetProperty("detail").GetString().ShouldStartWith("__defaultVhost__/live/cam1 is at generation 7 now, not 6, and nothing happened.");
        server.Entities.Orders.ShouldBeEmpty("the owner may be of a version that does not know the field");

        (await server.PostAsync($"{Cam1}/{verb}", $$"""{"why":"stale","ifGeneration":7{{more}}}""")).Status.ShouldBe(200);
        server.Entities.Orders.Single().Order.IfGeneration.ShouldBe(7);
    }

    [Theory]
    [InlineData("kick", true, "The publisher is being removed. Its encoder may come back at once; lock the key to keep it out.")]
    [InlineData("unlock", false, "The key is neither locked nor pinned.")]
    public async Task A_dry_run_says_what_would_become_of_an_order_and_reaches_no_key(string verb, bool changed, string text)
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7));

        var (status, body) = await server.PostAsync($"{Cam1}/{verb}", """{"why":"stale","ifGeneration":7,"dryRun":true}""");

        status.ShouldBe(200);
        body.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
        body.GetProperty("changed").GetBoolean().ShouldBe(changed);
        body.GetProperty("text").GetString().ShouldBe($"Nothing was done: a dry run. Without it: {text}");
        server.Entities.Orders.ShouldBeEmpty();

        var (_, ordered) = await server.PostAsync($"{Cam1}/{verb}", """{"why":"stale","dryRun":false}""");
        ordered.TryGetProperty("dryRun", out _).ShouldBeFalse();
        server.Entities.Orders.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"why":"stale","dryRun":true}""", 404, "stream-unknown")]
    [InlineData("""{"why":"stale","dryRun":true,"ifGeneration":3}""", 409, "generation-moved")]
    public async Task A_dry_run_meets_what_stands_in_the_way_of_the_order(string body, int status, string reason)
    {
        await using var server = await ApiServer.StartAsync();
        var (answered, problem) = await server.PostAsync($"{Cam1}/kick", body);
        answered.ShouldBe(status);
        problem.GetProperty("reason").GetString().ShouldBe(reason);
        server.Entities.Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_changes_hands_while_the_order_is_on_its_way_is_a_conflict_too()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 7));
        server.Entities.Answer = _ => new GenerationMoved(8);

        var (status, body) = await server.PostAsync($"{Cam1}/kick", """{"why":"stale","ifGeneration":7}""");

        status.ShouldBe(409);
        body.GetProperty("detail").GetString()!.ShouldContain("generation 8 now, not 7");
    }

    [Fact]
    public async Task An_order_for_an_app_with_slashes_is_understood_either_way()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PostAsync("/api/v1/streams/v/a%2Fb/c/kick");
        await server.PostAsync("/api/v1/streams/v/a/b/c/kick");
        server.Entities.Orders.Select(one => one.EntityId).ShouldBe(["v/a/b/c", "v/a/b/c"]);
    }

    [Fact]
    public async Task The_key_of_the_caller_is_kept_whatever_name_it_gives_itself()
    {
        await using var server = await ApiServer.StartAsync(new ApiKeyOptions { Name = "ops", Key = "sesame-sesame", Role = "operate" });
        await server.PostAsync($"{Cam1}/kick", """{"why":"x"}""", headers: ("X-Api-Key", "sesame-sesame"));
        await server.PostAsync($"{Cam1}/kick", """{"why":"x","by":"root"}""", headers: ("X-Api-Key", "sesame-sesame"));
        server.Entities.Orders.Select(one => one.Order.By).ShouldBe(["ops", "root via ops"]);
    }

    [Theory]
    [InlineData("kick", "{}", "why")]
    [InlineData("kick", """{"why":""}""", "why")]
    [InlineData("kick", """{"why":"  "}""", "why")]
    [InlineData("kick", """{"why":7}""", "why")]
    [InlineData("kick", """{"why":null}""", "why")]
    [InlineData("kick", """{"why":"a","why":"b"}""", "why")]
    [InlineData("kick", """{"why":"a\nb"}""", "why")]
    [InlineData("kick", """{"why":"a","by":["x"]}""", "by")]
    [InlineData("kick", """{"reason":"a"}""", "reason")]
    [InlineData("kick", """{"why":"a","identity":"x"}""", "identity")]
    [InlineData("pin", """{"why":"a"}""", "identity")]
    [InlineData("kick", """{"why":"a","journal":true}""", "journal")]
    [InlineData("release", """{"why":"a","anew":true}""", "anew")]
    [InlineData("release", """{"why":"a","journal":"yes"}""", "journal")]
    [InlineData("kick", """{"why":"a","dryRun":"yes"}""", "dryRun")]
    [InlineData("release", """{"why":"a","journal":true,"dryRun":true}""", "dryRun")]
    [InlineData("kick", """{"why":"a","ifGeneration":-1}""", "ifGeneration")]
    [InlineData("lock", """{"why":"a","ifGeneration":1.5}""", "ifGeneration")]
    [InlineData("unlock", """{"why":"a","ifGeneration":"7"}""", "ifGeneration")]
    [InlineData("pin", """{"why":"a","identity":"b","ifGeneration":1,"ifGeneration":1}""", "ifGeneration")]
    [InlineData("release", """{"why":"a","journal":true,"ifGeneration":1}""", "ifGeneration")]
    public async Task A_wrong_field_is_named_together_with_the_fix(string verb, string body, string field)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, answer) = await server.PostAsync($"{Cam1}/{verb}", body);
        status.ShouldBe(400);
        answer.GetProperty("reason").GetString().ShouldBe("bad-field");
        answer.GetProperty("field").GetString().ShouldBe(field);
        server.Entities.Orders.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("why=x")]
    [InlineData("[]")]
    [InlineData("\"kick\"")]
    [InlineData("{\"why\":\"x\"")]
    [InlineData("{\"why\":\"\\ud800\"}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}")]
    public async Task A_body_that_is_no_object_is_refused(string body)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, answer) = await server.PostAsync($"{Cam1}/kick", body);
        status.ShouldBe(400);
        answer.GetProperty("reason").GetString().ShouldBe("bad-json");
        server.Entities.Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_is_bounded_whether_it_says_its_length_or_not()
    {
        await using var server = await ApiServer.StartAsync();
        var huge = $$"""{"why":"{{new string('x', 20_000)}}"}""";
        (await server.PostAsync($"{Cam1}/kick", huge)).Body.GetProperty("reason").GetString().ShouldBe("body-too-large");
        (await server.PostAsync($"{Cam1}/kick", huge, headers: ("Transfer-Encoding", "chunked"))).Status.ShouldBe(413);
        (await server.PostAsync($"{Cam1}/kick", $$"""{"why":"{{new string('x', 501)}}"}""")).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    public async Task Only_json_is_taken_since_a_page_of_another_site_can_send_the_rest(string type)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, body) = await server.PostAsync($"{Cam1}/kick", type: type);
        status.ShouldBe(415);
        body.GetProperty("reason").GetString().ShouldBe("not-json");
    }

    [Fact]
    public async Task A_script_that_runs_wild_is_slowed_down()
    {
        await using var server = await ApiServer.StartAsync();
        var statuses = new List<int>();
        while (statuses.Count < 2000 && !statuses.Contains(429))
        {
            statuses.Add((await server.PostAsync($"{Cam1}/kick")).Status);
        }

        statuses.ShouldContain(429);
        statuses.Count.ShouldBeGreaterThan(200, "a whole fleet can be kicked at once");
        (await server.GetAsync("/api/v1/streams")).Status.ShouldBe(200, "reading is not counted");
    }

    [Fact]
    public async Task A_release_of_the_journal_ends_the_quarantine_of_its_key_and_is_written_into_it()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PostAsync($"{Cam1}/release", """{"why":"repaired","journal":true}""");
        await server.PostAsync($"{Cam1}/release", """{"why":"damaged","journal":true,"anew":true}""");
        server.Entities.Orders.Select(one => one.Order).ShouldBe(
        [
            new ReleaseQuarantine("local", "repaired", StartAnew: false),
            new RecordOrder("its journal to be read again", "local", "repaired"),
            new ReleaseQuarantine("local", "damaged", StartAnew: true),
            new RecordOrder("a new beginning behind what can't be read", "local", "damaged"),
        ]);
    }
}
