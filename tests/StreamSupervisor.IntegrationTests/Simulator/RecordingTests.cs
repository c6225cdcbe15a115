using System.Text;
using System.Text.Json;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

public sealed class RecordingTests
{
    private static readonly string[] Versions = ["v4", "v5", "v6", "v7", "v7token"];

    /// <summary>What the tests below compare, per version where it was recorded.</summary>
    private static readonly string[] Compared =
    [
        "api_clients", "api_clients_id", "api_clients_id_trailing_slash", "api_clients_unknown_id", "api_delete_after_closed",
        "api_delete_again_immediately", "api_delete_clients_no_id", "api_delete_ok", "api_delete_stream", "api_delete_unknown", "api_features",
        "api_options", "api_post_clients", "api_root", "api_streams", "api_streams_empty", "api_streams_id", "api_streams_noslash",
        "api_streams_query_vhost", "api_streams_unknown_id", "api_summaries", "api_versions", "api_vhosts", "api_vhosts_empty", "hooks",
        "hooks_all", "state_refused_busy", "state_refused_hook", "state_takeover", "state_waiting", "state_waiting_fresh",
        "coworkers", "hooks_player", "exp_republish", "exp_paging", "paging_25_streams", "auth", "state_vhosts",
    ];

    private static readonly Dictionary<string, string> NotCompared = new(StringComparer.Ordinal)
    {
        ["v6-full/exp_h_srt"] = "the simulator speaks RTMP only; the file is kept for what it says about SRT",
        ["v6-full/exp_h_whip"] = "the simulator speaks RTMP only; the file is kept for what it says about WHIP",
        ["v6-full/hooks_whip"] = "the simulator speaks RTMP only; the file is kept for what it says about WHIP",
    };

    public static TheoryData<string> VersionsWith(string file) => [.. Versions.Where(version => Recordings.Has(version, file))];

    [Fact]
    public void Every_recording_is_compared_or_named_with_its_reason()
    {
        var files = Directory.EnumerateFiles(Recordings.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Recordings.Folder, file).Replace('\\', '/').Replace(".json", "", StringComparison.Ordinal));
        files.Where(file => !NotCompared.ContainsKey(file))
            .Where(file => file.Split('/') is not [var version, var name] || !Versions.Contains(version) || !Compared.Contains(name))
            .ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(VersionsWith), "api_versions")]
    public void A_session_of_publishers_is_answered_as_the_real_server_answered_it(string version) => new RecordedSession(version).Play();

    [Theory]
    [MemberData(nameof(VersionsWith), "hooks_player")]
    public void A_player_sends_the_hooks_of_the_real_server(string version)
    {
        var recorded = Recordings.Load(version, "hooks_player");
        var comparison = new RecordingComparison();
        StageOf(version, recorded.GetProperty("publisher_hooks")[0]).Run(async stage =>
        {
            await stage.Publish("pl", "?token=pub");
            CompareHooks(comparison, version + "/publisher", recorded.GetProperty("publisher_hooks"), stage);
            stage.Hooks.Clear();
            foreach (var (stream, token) in new[] { ("pl", "ply"), ("nosuch", "ply2") })
            {
                var player = stage.Connect();
                (await player.PlayAsync(SimulatedStreamKey.DefaultVhost, "live", stream, "?token=" + token)).ShouldBe(PublishOutcome.Started);
                await stage.World.Pass(2_000);
                player.Close();
                await stage.World.Pass(100);
            }

            CompareHooks(comparison, version + "/player", recorded.GetProperty("player_hooks"), stage);
        });
        comparison.ShouldHaveFoundNothing();
    }

    [Theory]
    [MemberData(nameof(VersionsWith), "exp_republish")]
    public void Two_publishes_over_one_connection_look_as_on_the_real_server(string version)
    {
        var recorded = Recordings.Load(version, "exp_republish");
        var comparison = new RecordingComparison();
        StageOf(version, recorded.GetProperty("after_unpublish")[0][0]).Run(async stage =>
        {
            var connection = stage.Connect();
            (await connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "rp", "?n=1")).ShouldBe(PublishOutcome.Started);
            await stage.World.Pass(1_000);
            await connection.UnpublishAsync();
            await stage.World.Pass(1_000);
            CompareState("after_unpublish");
            (await connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", "rp", "?n=2")).ShouldBe(PublishOutcome.Started);
            connection.SendMedia(400, videoFrames: 0);
            await stage.World.Pass(1_000);
            CompareState("after_republish");
            connection.Close();
            await stage.World.Pass(500);
            CompareState("end");
            var hooks = stage.Hooks.Select(hook => new[] { hook.Action, hook.ClientId, hook.Action == HookActions.OnClose ? null : hook.Param });
            comparison.Json(version + "/hooks", recorded.GetProperty("hooks"), JsonSerializer.SerializeToElement(hooks));

            void CompareState(string name)
            {
                comparison.Json($"{version}/{name}.clients", recorded.GetProperty(name)[0], stage.Get("/api/v1/clients/").GetProperty("clients"));
                comparison.Json($"{version}/{name}.streams", recorded.GetProperty(name)[1], stage.Get("/api/v1/streams/").GetProperty("streams"));
            }
        });
        comparison.ShouldHaveFoundNothing();
    }

    [Theory]
    [MemberData(nameof(VersionsWith), "paging_25_streams")]
    public void Pages_of_25_streams_and_clients_are_cut_as_the_real_server_cuts_them(string version) =>
        new Stage(RecordedSession.OptionsOf(version, "rtmp://127.0.0.1:1935/live")).Run(async stage =>
        {
            await PublishManyAsync(stage, 25);
            foreach (var page in Recordings.Load(version, "paging_25_streams").EnumerateObject().Where(page => page.Name != "order_first10"))
            {
                var mark = page.Name.IndexOf('?', StringComparison.Ordinal);
                var table = mark < 0 ? page.Name : page.Name[..mark];
                var query = mark < 0 ? "" : page.Name[mark..];
                stage.Get($"/api/v1/{table}/{query}").GetProperty(table).GetArrayLength().ShouldBe(page.Value.GetInt32(), page.Name);
            }

            // The recorded order_first10 names random streams: what it says is that rows come by their random ids.
            var ids = stage.Get("/api/v1/streams/").GetProperty("streams").EnumerateArray().Select(row => row.GetProperty("id").GetString()!).ToArray();
            ids.ShouldBe(ids.Order(StringComparer.Ordinal));
        });

    [Theory]
    [MemberData(nameof(VersionsWith), "exp_paging")]
    public void Pages_past_two_to_the_31_overflow_as_on_the_real_server(string version) =>
        new Stage(RecordedSession.OptionsOf(version, "rtmp://127.0.0.1:1935/live")).Run(async stage =>
        {
            await PublishManyAsync(stage, 60);
            // churn_10_rounds is a statistic of rows that came twice; Pages_are_cut_from_a_moving_map has it.
            foreach (var page in Recordings.Load(version, "exp_paging").EnumerateObject().Where(page => page.Name != "churn_10_rounds"))
            {
                stage.Get("/api/v1/streams/" + page.Name).GetProperty("streams").GetArrayLength().ShouldBe(page.Value.GetInt32(), page.Name);
            }
        });

    [Fact]
    public void Pages_are_cut_from_a_moving_map_so_that_rows_come_twice() =>
        new Stage(SrsModel.V6).Run(async stage =>
        {
            await PublishManyAsync(stage, 60);
            var twice = 0;
            for (var round = 0; round < 50; round++)
            {
                var first = Names(stage.Get("/api/v1/streams/?start=0&count=30"));
                await stage.Publish($"churn{round}");
                var second = Names(stage.Get("/api/v1/streams/?start=30&count=1000"));
                twice += first.Intersect(second, StringComparer.Ordinal).Count();
            }

            twice.ShouldBePositive();

            static string[] Names(JsonElement answer) =>
                [.. answer.GetProperty("streams").EnumerateArray().Select(row => row.GetProperty("name").GetString()!)];
        });

    [Theory]
    [MemberData(nameof(VersionsWith), "auth")]
    public void An_api_with_a_password_answers_as_the_real_server(string version)
    {
        var comparison = new RecordingComparison();
        var options = RecordedSession.OptionsOf(version, "rtmp://127.0.0.1:1935/live") with { Username = "admin", Password = "secret" };
        var stage = new Stage(options);
        foreach (var recorded in Recordings.Load(version, "auth").EnumerateObject())
        {
            var (method, path) = comparison.Request(recorded.Value);
            var authorization = recorded.Name switch { "good_auth" => Basic("admin:secret"), "bad_auth" => Basic("admin:wrong"), _ => null };
            comparison.Answer($"{version}/auth.{recorded.Name}", recorded.Value, stage.Srs.HandleApi(method, path, authorization));
        }

        comparison.ShouldHaveFoundNothing();

        static string Basic(string text) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [MemberData(nameof(VersionsWith), "state_vhosts")]
    public void Vhosts_are_found_in_urls_and_parameters_as_by_the_real_server(string version)
    {
        var recorded = Recordings.Load(version, "state_vhosts");
        var comparison = new RecordingComparison();
        var hooks = recorded.GetProperty("hooks");
        var options = RecordedSession.OptionsOf(version, hooks[0].GetProperty("tcUrl").GetString()!);
        new Stage(options with { Vhosts = [SimulatedStreamKey.DefaultVhost, "video.example"], Hooks = [HookActions.OnPublish] }).Run(async stage =>
        {
            foreach (var hook in hooks.EnumerateArray())
            {
                var tcUrl = hook.GetProperty("tcUrl").GetString()!;
                // What the encoder put behind the stream name; what it put into the tcUrl SRS adds itself.
                var query = tcUrl.Contains('?', StringComparison.Ordinal) ? "" : hook.GetProperty("param").GetString();
                var connection = stage.Connect();
                (await connection.PublishAsync(tcUrl, hook.GetProperty("stream").GetString() + query)).ShouldBe(PublishOutcome.Started);
                stage.Feed(connection);
            }

            await stage.World.Pass(4_000);
            CompareHooks(comparison, version, hooks, stage);
            comparison.Json(version + "/vhosts", recorded.GetProperty("vhosts"), stage.Get("/api/v1/vhosts/").GetProperty("vhosts"));
            comparison.Json(version + "/streams", recorded.GetProperty("streams"), stage.Get("/api/v1/streams/").GetProperty("streams"));
        });
        comparison.ShouldHaveFoundNothing();
    }

    private static Stage StageOf(string version, JsonElement withTcUrl) =>
        new(RecordedSession.OptionsOf(version, withTcUrl.GetProperty("tcUrl").GetString()!));

    private static void CompareHooks(RecordingComparison comparison, string path, JsonElement recorded, Stage stage)
    {
        stage.Hooks.Count.ShouldBe(recorded.GetArrayLength());
        for (var index = 0; index < stage.Hooks.Count; index++)
        {
            using var sent = JsonDocument.Parse(stage.Hooks[index].Json);
            comparison.Json($"{path}[{index}]", recorded[index], sent.RootElement);
        }
    }

    private static async Task PublishManyAsync(Stage stage, int count)
    {
        for (var index = 0; index < count; index++)
        {
            (await stage.Connect().PublishAsync(SimulatedStreamKey.DefaultVhost, "live", $"p{index:00}", "")).ShouldBe(PublishOutcome.Started);
        }
    }
}
