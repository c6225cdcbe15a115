using System.Net;
using System.Text.Json;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>Keys that are for some streams or servers, that end, and of which only the hash is known.</summary>
public sealed class ScopedKeysTests
{
    private const string TeamA = "team-a-team-a-team-a";
    private const string First = "first-first-first-first";

    private static readonly ApiKeyOptions[] Keys =
    [
        new() { Name = "team-a", Key = TeamA, Role = "operator", Streams = { "team-a/*" } },
        new() { Name = "first", Key = First, Role = "operator", Origins = { "srs-1" } },
    ];

    [Fact]
    public async Task A_key_with_patterns_lists_and_orders_what_they_match()
    {
        await using var server = await StartAsync();

        (await KeysOfAsync(server, TeamA)).ShouldBe(["team-a/cam1", "team-a/cam2"]);
        (await server.GetAsync("/api/v1/streams/-/team-b/cam1", As(TeamA))).Status.ShouldBe(403);
        (await server.GetAsync("/api/v1/streams/-/team-b/cam1/timeline", As(TeamA))).Status.ShouldBe(403);
        (await server.GetAsync("/api/v1/streams/-/team-b/cam1/explain?clientId=x", As(TeamA))).Status.ShouldBe(403);
        (await server.GetAsync("/api/v1/streams/-/team-a/cam1", As(TeamA))).Status.ShouldBe(200);

        var (status, refused) = await server.PostAsync("/api/v1/streams/-/team-b/cam1/kick", headers: As(TeamA));
        (status, refused.GetProperty("reason").GetString()).ShouldBe((403, "out-of-scope"));
        refused.GetProperty("detail").GetString()!.ShouldContain("'team-a' does not reach");
        server.Entities.Orders.ShouldBeEmpty();
        (await server.PostAsync("/api/v1/streams/-/team-a/cam1/kick", headers: As(TeamA))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_page_of_few_among_many_goes_on_behind_what_was_looked_at()
    {
        await using var server = await StartAsync();
        for (var number = 0; number < 120; number++)
        {
            await server.Entities.PutAsync(Given.Live($"crowd/cam{number}", "srs-2"));
        }

        var (_, page) = await server.GetAsync("/api/v1/streams?limit=1", As(TeamA));
        page.GetProperty("streams").GetArrayLength().ShouldBe(1);
        var next = page.GetProperty("next").GetString()!;
        var (_, rest) = await server.GetAsync($"/api/v1/streams?cursor={next}", As(TeamA));
        Names(rest, "streams").ShouldBe(["team-a/cam2"]);
        rest.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_for_some_servers_sees_streams_that_are_on_no_other_and_orders_what_it_sees()
    {
        await using var server = await StartAsync();

        (await KeysOfAsync(server, First)).ShouldBe(["team-a/cam1"]);
        var (_, origins) = await server.GetAsync("/api/v1/origins", As(First));
        origins.GetProperty("origins").EnumerateArray().Select(origin => origin.GetProperty("name").GetString()).ShouldBe(["srs-1"]);
        (await server.GetAsync("/api/v1/streams/-/team-b/cam1", As(First))).Status.ShouldBe(403);
        (await server.PostAsync("/api/v1/streams/-/team-b/cam1/kick", headers: As(First))).Status.ShouldBe(403);
        (await server.PostAsync("/api/v1/streams/-/team-a/cam1/release", headers: As(First))).Status.ShouldBe(403);
        (await server.PostAsync("/api/v1/origins/srs-2/look", headers: As(First))).Status.ShouldBe(403);
        server.Entities.Orders.ShouldBeEmpty();

        // It is kicked as it was seen: one that moves to another server meanwhile has another generation.
        (await server.PostAsync("/api/v1/streams/-/team-a/cam1/kick", headers: As(First))).Status.ShouldBe(200);
        server.Entities.Orders.ShouldHaveSingleItem().Order.IfGeneration.ShouldBe(7);
    }

    [Fact]
    public async Task Events_and_attempts_of_others_are_not_told()
    {
        await using var server = await StartAsync();
        await server.Entities.HappenedAsync(StreamKey.Parse("team-a/cam1"), new KeyLocked(ApiServer.Now, "ops", "ours"));
        await server.Entities.HappenedAsync(StreamKey.Parse("team-b/cam1"), new KeyLocked(ApiServer.Now, "ops", "theirs"));
        await server.Entities.HappenedAsync(ClusterOrders.OriginKey("srs-1"), new KeyLocked(ApiServer.Now, "ops", "a drain"));

        var (_, page) = await server.GetAsync("/api/v1/events", As(TeamA));
        page.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("event").GetProperty("why").GetString())
            .ShouldBe(["ours"]);
        var (_, ofFirst) = await server.GetAsync("/api/v1/events", As(First));
        ofFirst.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("event").GetProperty("why").GetString())
            .ShouldBe(["a drain"]);
        (await server.GetAsync("/api/v1/overview", As(TeamA))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_server_tells_of_the_keys_in_scope_only_and_takes_no_orders_of_a_key_for_some_streams()
    {
        await using var server = await StartAsync();
        var (_, origins) = await server.GetAsync("/api/v1/origins", As(TeamA));
        origins.GetProperty("origins")[0].GetProperty("wedgedKeys").EnumerateArray().Select(key => key.GetString())
            .ShouldBe(["__defaultVhost__/team-a/ghost"]);
        (await server.PostAsync("/api/v1/origins/srs-1/look", headers: As(TeamA))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_key_that_has_ended_is_refused_with_its_own_sentence_and_is_no_guess()
    {
        var over = new ApiKeyOptions { Name = "guest", Key = "guest-guest-guest", Expires = "2020-02-28" };
        await using var server = await ApiServer.StartAsync(over);
        for (var i = 0; i < ApiCallers.GuessLimit + 1; i++)
        {
            var (status, body) = await server.GetAsync("/api/v1/me", As(over.Key));
            (status, body.GetProperty("reason").GetString()).ShouldBe((401, "api-key-expired"));
            body.GetProperty("detail").GetString()!.ShouldContain("'guest' has ended at 2020-02-29 00:00:00Z");
        }
    }

    [Fact]
    public async Task A_key_is_known_by_its_hash_alone()
    {
        var key = ApiKeyHash.NewKey();
        await using var server = await ApiServer.StartAsync(
            new ApiKeyOptions { Name = "hashed", KeyHash = ApiKeyHash.TextOf(key).ToUpperInvariant().Replace("SHA256", "sha256", StringComparison.Ordinal), Role = "admin" });
        var (status, me) = await server.GetAsync("/api/v1/me", As(key));
        (status, me.GetProperty("role").GetString()).ShouldBe(((int)HttpStatusCode.OK, "admin"));
        (await server.GetAsync("/api/v1/me", As(ApiKeyHash.TextOf(key)))).Status.ShouldBe(401);
    }

    private static (string Name, string Value) As(string key) => ("X-Api-Key", key);

    private static async Task<ApiServer> StartAsync()
    {
        var server = await ApiServer.StartAsync(Keys);
        foreach (var (key, origin) in new[] { ("team-a/cam1", "srs-1"), ("team-a/cam2", "srs-2"), ("team-b/cam1", "srs-2") })
        {
            await server.Entities.PutAsync(Given.Live(key, origin, generation: 7));
        }

        foreach (var name in new[] { "srs-1", "srs-2" })
        {
            server.Entities.Origins.Add(new OriginView(name, "http://127.0.0.1:1", "up", null, null, null, 1, null, null,
                ["__defaultVhost__/team-a/ghost", "__defaultVhost__/team-b/ghost"]));
        }

        return server;
    }

    private static async Task<IReadOnlyList<string>> KeysOfAsync(ApiServer server, string key)
    {
        var (status, page) = await server.GetAsync("/api/v1/streams", As(key));
        status.ShouldBe(200);
        return Names(page, "streams");
    }

    private static List<string> Names(JsonElement page, string list) =>
        [.. page.GetProperty(list).EnumerateArray().Select(one => one.GetProperty("key")).Select(key => $"{key.GetProperty("app").GetString()}/{key.GetProperty("stream").GetString()}")];
}
