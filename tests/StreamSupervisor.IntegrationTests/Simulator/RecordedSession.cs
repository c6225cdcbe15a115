using System.Text.Json;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

/// <summary>
/// The session that was recorded on every version, played on the simulator: A publishes, B waits in a hook and is refused as busy, B2 is
/// refused by a hook, B3 waits while A is deleted and takes its place, a fresh key waits and leaves.
/// </summary>
internal sealed class RecordedSession
{
    private static readonly string[] WhileAPublishes =
    [
        "api_versions", "api_summaries", "api_features", "api_vhosts", "api_streams", "api_clients", "api_streams_id", "api_clients_id",
        "api_streams_noslash", "api_streams_query_vhost", "api_streams_unknown_id", "api_clients_unknown_id", "api_clients_id_trailing_slash",
        "api_root", "api_options", "api_post_clients", "api_delete_stream", "api_delete_unknown", "api_delete_clients_no_id",
    ];

    private readonly string version;
    private readonly RecordingComparison comparison;
    private readonly Stage stage;

    // Where the recorder could hold a newcomer: from 7.0.62 on the busy check comes before on_publish.
    private readonly string holdsIn;

    public RecordedSession(string version)
    {
        this.version = version;
        // That server had been up for 30 s, so its vhost had a rate already.
        comparison = new RecordingComparison(version == "v7token" ? ["recv_30s", "send_30s"] : []);
        stage = new Stage(OptionsOf(version, TcUrlOf(Load("api_clients").GetProperty("json").GetProperty("clients")[0])));
        holdsIn = version == "v7token" ? HookActions.OnConnect : HookActions.OnPublish;
    }

    public static SimulatedSrsOptions OptionsOf(string version, string tcUrl) => new()
    {
        ServerId = "rig-" + version,
        Model = version switch
        {
            "v4" => SrsModel.V4,
            "v5" => SrsModel.V5,
            "v6" => SrsModel.V6,
            "v7" => SrsModel.V7,
            // It was 7.0.18 with the later order of calls patched in.
            _ => SrsModel.V7Token with { Revision = 18 },
        },
        RtmpPort = new Uri(tcUrl).Port,
    };

    public void Play() => stage.World.Run(PlayAsync);

    private async Task PlayAsync()
    {
        if (version == "v7token")
        {
            var earlier = await stage.Publish("earlier");
            await stage.World.Pass(33_000);
            earlier.Close();
            await stage.World.Pass(100);
        }

        Ask("api_streams_empty");
        Ask("api_vhosts_empty");
        var before = stage.Hooks.Count;
        var a = await PublishAsync("A", "api_clients", "?token=abc123&x=1");
        await stage.World.Pass(4_000);
        foreach (var file in WhileAPublishes)
        {
            Ask(file);
        }

        await BeRefusedAsBusyAsync();
        await BeRefusedByHookAsync();
        var b3 = await TakeOverAsync(a);
        await LeaveWhileHeldAsync();
        b3.Close();
        await b3.Closed;
        await stage.World.Pass(100);
        CompareHooks([.. stage.Hooks.Skip(before)]);
        comparison.ShouldHaveFoundNothing();
    }

    private async Task BeRefusedAsBusyAsync()
    {
        var waiting = Load("state_waiting");
        var release = Hold(holdsIn);
        var b = stage.Connect();
        comparison.Bind(waiting.GetProperty("B").GetString()!, b.ClientId);
        var publish = Publish(b, "cam1", "?token=abc123&who=B");
        await stage.World.Pass(300);
        CompareRows("state_waiting", waiting);
        Ask("state_waiting", waiting.GetProperty("clients_B"));
        Ask("state_waiting", waiting.GetProperty("streams_id"));
        release(HookResult.Accepted);
        await publish;
        (await b.Closed).ShouldBe(CloseReason.StreamBusy);
        await stage.World.Pass(200);
        CompareRows("state_refused_busy", Load("state_refused_busy"));
        CompareHooksOf("state_refused_busy", b);
    }

    private async Task BeRefusedByHookAsync()
    {
        var refused = Load("state_refused_hook");
        var release = Hold(holdsIn);
        var b2 = stage.Connect();
        comparison.Bind(refused.GetProperty("B").GetString()!, b2.ClientId);
        var publish = Publish(b2, "cam1", "?who=B2");
        await stage.World.Pass(10);
        release(HookResult.Refused);
        await publish;
        (await b2.Closed).ShouldBe(CloseReason.RefusedByHook);
        await stage.World.Pass(200);
        CompareRows("state_refused_hook", refused);
        CompareHooksOf("state_refused_hook", b2);
    }

    private async Task<SimulatedConnection> TakeOverAsync(SimulatedConnection a)
    {
        var takeover = Load("state_takeover");
        var release = Hold(holdsIn);
        var b3 = stage.Connect();
        comparison.Bind(takeover.GetProperty("B").GetString()!, b3.ClientId);
        var publish = Publish(b3, "cam1", "?who=B3");
        await stage.World.Pass(100);
        Ask("api_delete_ok");
        var kicked = stage.World.GetUtcNow();
        if (takeover.GetProperty("delete_again").GetProperty("json").GetProperty("code").GetInt32() == 2049)
        {
            await GoneAsync(a);
        }

        Ask("api_delete_again_immediately");
        Ask("state_takeover", takeover.GetProperty("delete_again"));
        foreach (var snapshot in takeover.GetProperty("seq").EnumerateArray())
        {
            await CompareSnapshotAsync(a, snapshot, kicked);
        }

        Ask("api_delete_after_closed");
        release(HookResult.Accepted);
        (await publish).ShouldBe(PublishOutcome.Started);
        stage.Feed(b3);
        await stage.World.Pass(220);
        CompareRows("state_takeover.after", takeover.GetProperty("after"));
        return b3;
    }

    private async Task CompareSnapshotAsync(SimulatedConnection a, JsonElement snapshot, DateTimeOffset kicked)
    {
        var due = kicked + TimeSpan.FromMilliseconds(snapshot.GetProperty("t_ms").GetDouble());
        var rows = snapshot.GetProperty("streams");
        if (rows.GetArrayLength() == 1 && rows[0].GetProperty("clients").GetInt32() == 2)
        {
            // Between two calls of the recorder the old client left: its stream row still counts it, the list of clients does not.
            await stage.World.Until(() => !stage.ShowsActive("cam1"));
            CompareRows("state_takeover.seq", snapshot, "streams");
            await GoneAsync(a);
            CompareRows("state_takeover.seq", snapshot, "clients", "vhosts");
            return;
        }

        await GoneAsync(a);
        if (due > stage.World.GetUtcNow())
        {
            await stage.World.Pass((due - stage.World.GetUtcNow()).TotalMilliseconds);
        }

        CompareRows("state_takeover.seq", snapshot);
    }

    private async Task LeaveWhileHeldAsync()
    {
        var release = Hold(HookActions.OnPublish);
        var fresh = stage.Connect();
        var publish = Publish(fresh, "fresh", "");
        await stage.World.Pass(200);
        CompareRows("state_waiting_fresh", Load("state_waiting_fresh"));
        fresh.Close();
        await stage.World.Pass(200);
        release(HookResult.Accepted);
        await publish;
        await GoneAsync(fresh);
        await stage.World.Pass(200);
    }

    private void CompareHooks(SimulatedHook[] sent)
    {
        var recorded = Load("hooks_all");
        var expected = string.Join('\n', recorded.EnumerateArray().Select(hook => hook.GetProperty("event").GetString()));
        string.Join('\n', sent.Select(hook => hook.Action)).ShouldBe(expected, $"the order of the hooks of {version}");
        for (var index = 0; index < sent.Length; index++)
        {
            Compare($"hooks_all[{index}]", recorded[index].GetProperty("payload"), sent[index].Json);
        }

        foreach (var hook in Load("hooks").EnumerateObject())
        {
            var first = sent.First(candidate => candidate.Action == hook.Name);
            Compare($"hooks.{hook.Name}", hook.Value.GetProperty("payload"), first.Json);
            using var raw = JsonDocument.Parse(hook.Value.GetProperty("raw").GetString()!);
            Compare($"hooks.{hook.Name}.raw", raw.RootElement, first.Json);
        }
    }

    private void CompareHooksOf(string file, SimulatedConnection client)
    {
        var recorded = Load(file).GetProperty("hooks_B");
        var sent = stage.Hooks.Where(hook => hook.ClientId == client.ClientId).ToArray();
        sent.Length.ShouldBe(recorded.GetArrayLength());
        for (var index = 0; index < sent.Length; index++)
        {
            Compare($"{file}.hooks_B[{index}]", recorded[index].GetProperty("payload"), sent[index].Json);
        }
    }

    private void Compare(string path, JsonElement recorded, string json)
    {
        using var simulated = JsonDocument.Parse(json);
        comparison.Json($"{version}/{path}", recorded, simulated.RootElement);
    }

    private void CompareRows(string file, JsonElement recorded, params string[] tables)
    {
        foreach (var table in tables is [] ? ["vhosts", "streams", "clients"] : tables)
        {
            comparison.Json($"{version}/{file}.{table}", recorded.GetProperty(table), stage.Get($"/api/v1/{table}/?count=1000").GetProperty(table));
        }
    }

    private void Ask(string file) => Ask(file, Load(file));

    private void Ask(string file, JsonElement recorded)
    {
        var (method, path) = comparison.Request(recorded);
        comparison.Answer($"{version}/{file}", recorded, stage.Srs.HandleApi(method, path, null));
    }

    private async Task<SimulatedConnection> PublishAsync(string name, string file, string param)
    {
        var connection = stage.Connect();
        comparison.Bind(Load("state_waiting").GetProperty(name).GetString()!, connection.ClientId);
        TcUrlOf(Load(file).GetProperty("json").GetProperty("clients")[0]).ShouldNotBeEmpty();
        (await Publish(connection, "cam1", param)).ShouldBe(PublishOutcome.Started);
        stage.Feed(connection);
        return connection;
    }

    private static Task<PublishOutcome> Publish(SimulatedConnection connection, string stream, string param) =>
        connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", stream, param);

    /// <summary>Holds the next hook of this action until it is released.</summary>
    private Action<HookResult> Hold(string action)
    {
        var answer = new TaskCompletionSource<HookResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Answer = hook =>
        {
            if (hook.Action != action)
            {
                return Task.FromResult(HookResult.Accepted);
            }

            stage.Answer = null;
            return answer.Task;
        };
        return answer.SetResult;
    }

    private Task GoneAsync(SimulatedConnection connection) =>
        stage.World.Until(() => stage.Code("GET", $"/api/v1/clients/{connection.ClientId}") == 2049);

    private JsonElement Load(string name) => Recordings.Load(version, name);

    private static string TcUrlOf(JsonElement client) => client.GetProperty("tcUrl").GetString()!;
}
