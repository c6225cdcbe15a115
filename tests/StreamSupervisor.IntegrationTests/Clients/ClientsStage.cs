using System.Text.Json.Nodes;
using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Deployment;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Clients;

/// <summary>
/// One small platform on which all clients have their days at once: most of a day is waiting. A removal takes a while there, so that a stale
/// session is truly in the way.
/// </summary>
public sealed class ClientsStage : IAsyncLifetime
{
    public static readonly string[] Clients = ["curl", "python", "javascript", "obs"];
    private static readonly TimeSpan s_removal = TimeSpan.FromMilliseconds(600);
    private readonly CancellationTokenSource _over = new();
    private readonly Dictionary<string, Task> _troubled = [];
    private readonly Dictionary<string, Task> _quiet = [];
    private readonly Dictionary<string, Task> _late = [];
    private Platform? _platform;
    private StandIns? _encoders;

    public async Task InitializeAsync()
    {
        if (ClientTheoryAttribute.WhySkipped is not null)
        {
            return;
        }

        var settings = new PlatformSettings { Registrations = new RegistrationOptions { Reserve = TimeSpan.FromSeconds(4) } };
        _platform = await Platform.StartAsync(settings, SrsModel.V6);
        _encoders = await StandIns.StartAsync(_platform.Address);
        await _platform.Srs.SlowDownAsync(s_removal);
        foreach (var client in Clients)
        {
            _troubled[client] = TroubledDayAsync(client);
            _quiet[client] = QuietDayAsync(client);
            _late[client] = LateDayAsync(client);
        }
    }

    public async Task DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll([.. _troubled.Values, .. _quiet.Values, .. _late.Values]).ContinueWith(_ => { }, TaskScheduler.Default);
        await (_encoders?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_platform?.DisposeAsync() ?? ValueTask.CompletedTask);
        _over.Dispose();
    }

    internal Task TroubledDayOf(string client) => _troubled[client];

    internal Task QuietDayOf(string client) => _quiet[client];

    internal Task LateDayOf(string client) => _late[client];

    private async Task TroubledDayAsync(string client)
    {
        var key = $"live/{client}";

        // Another encoder has announced itself first, and never comes.
        using var http = new HttpClient();
        var rival = new SupervisorClient(http, new SupervisorClientOptions { Addresses = [new Uri(_platform!.Address)] });
        var reservation = (await rival.RegisterAsync(new RegistrationRequest(key, "rival", 1))).RegistrationId;
        using var process = Start(client, key, client);
        await Eventually.HoldsAsync($"{client} was refused", async () =>
        {
            await rival.RenewAsync(reservation, new RegistrationUpdate());
            return await HappenedAsync(key, "registration-refused");
        });
        var first = await NextAsync(client, process);
        var stale = await PublishAsync(key, first.Url);

        // The encoder fell over; SRS does not know yet.
        first.Lose();
        var second = await NextAsync(client, process, first.Url);
        (await stale.Closed.WaitAsync(Eventually.Patience)).ShouldBe(CloseReason.Kicked, process.Output);
        AnswersOf(key).ShouldContain(answer => answer.Contains("\"decision\":\"wait\"", StringComparison.Ordinal), process.Output);
        var asked = AnswersOf(key).Count;
        var silenced = await PublishAsync(key, second.Url);

        // The stream ends at the server, and the encoder does not notice.
        if (client is "python" or "javascript")
        {
            await Eventually.HoldsAsync($"{client} has seen that it is on air", () =>
                Task.FromResult(AnswersOf(key).Skip(asked).Any(answer => answer.Contains("\"onAir\":true", StringComparison.Ordinal))));
            await silenced.HangUpAsync();
            await second.Stopped.WaitAsync(Eventually.Patience);
        }
        else
        {
            await silenced.HangUpAsync();
            second.Lose();
        }

        var third = await NextAsync(client, process, second.Url);
        await PublishAsync(key, third.Url);
        await _platform.OrderAsync(key, "lock", "rehearsal");
        third.Lose();
        (await process.ExitCodeAsync()).ShouldBe(77, process.Output);
        var locked = RefusalCatalog.Of(RefusalReason.Locked);
        process.Output.ShouldContain(client == "python" ? locked.Chinese : locked.English);
        process.Output.ShouldNotContain("registration=");
        (await _platform.Srs.BusyAsync()).ShouldBe(0);
    }

    private async Task QuietDayAsync(string client)
    {
        var (key, name) = ($"live/quiet-{client}", $"quiet-{client}");
        using var process = Start(client, key, name);
        var only = await NextAsync(name, process);
        var encoder = await PublishAsync(key, only.Url);
        await encoder.UnpublishAsync();
        only.Finish();
        (await process.ExitCodeAsync()).ShouldBe(0, process.Output);
        (await GoodbyeAsync(client, key)).Status.ShouldBe(204, process.Output);
        await _platform!.StreamAsync(key, stream => stream is { Reservation: null, Interrupted: null });
    }

    /// <summary>The encoder was started a second time, before the first run of it has said goodbye.</summary>
    private async Task LateDayAsync(string client)
    {
        var (key, name) = ($"live/late-{client}", $"late-{client}");
        using var process = Start(client, key, name);
        var only = await NextAsync(name, process);
        var asked = CallsOf(key).First(call => call.Call.StartsWith("POST ", StringComparison.Ordinal)).Call;
        var encoderId = JsonNode.Parse(asked[asked.IndexOf('{', StringComparison.Ordinal)..])!["encoderId"]!.GetValue<string>();
        using var http = new HttpClient();
        var second = new SupervisorClient(http, new SupervisorClientOptions { Addresses = [new Uri(_platform!.Address)] });
        (await second.RegisterAsync(new RegistrationRequest(key, encoderId, 2))).Decision.ShouldBe(StreamSupervisor.Client.RegistrationDecision.Publish);

        only.Finish();
        (await process.ExitCodeAsync()).ShouldBe(0, process.Output);
        (await GoodbyeAsync(client, key)).Status.ShouldBe(404, "it ended the registration of the second run");
    }

    /// <summary>What a client says when its broadcast is over: the end of the registration that it has, and not of any under its name.</summary>
    private async Task<RelayedCall> GoodbyeAsync(string client, string key)
    {
        var goodbye = await Eventually.BringsAsync($"{client} has said goodbye", () =>
            Task.FromResult(CallsOf(key).FirstOrDefault(call => call.Call.StartsWith("DELETE ", StringComparison.Ordinal))));
        var registered = AnswersOf(key).Select(answer => answer.Length > 0 ? JsonNode.Parse(answer)?["registrationId"]?.GetValue<string>() : null)
            .First(id => id is not null);
        goodbye.Call.Trim().ShouldBe($"DELETE /api/v1/registrations/{registered}");
        return goodbye;
    }

    private ClientProcess Start(string client, string key, string name)
    {
        var (asks, file, encoder) = (_encoders!.Address, RepositoryFiles.PathOf($"src/Clients/{client}/"), _encoders.CallOf(name));
        var tests = RepositoryFiles.PathOf("tests/StreamSupervisor.IntegrationTests/Clients/");
        return client switch
        {
            "curl" => ClientProcess.Start(asks, "sh", file + "publish.sh", key, "curl", "-sf", encoder, "-d"),
            "python" => ClientProcess.Start(asks, "python3", file + "streamsupervisor.py", "publish", "--key", key, "--lang", "zh", "--", "curl", "-sf",
                encoder, "-d", "{url}"),
            "javascript" => ClientProcess.Start(asks, "node", tests + "encoder.mjs", file + "streamsupervisor.mjs", asks, key, encoder),
            _ => ClientProcess.Start(asks, "luajit", tests + "obs.lua", file + "streamsupervisor.lua", asks, "rtmp://127.0.0.1/live", key["live/".Length..],
                encoder),
        };
    }

    /// <summary>
    /// The next run of a client's encoder at a new address. OBS may connect where it did before, or where its settings say, until it is told
    /// otherwise; it is refused there, as by SRS.
    /// </summary>
    private async Task<StandIn> NextAsync(string name, ClientProcess process, string? before = null)
    {
        while (true)
        {
            var next = _encoders!.NextAsync(name).AsTask();
            await Task.WhenAny(next, process.Ended, Task.Delay(Eventually.Patience, _over.Token));
            next.IsCompleted.ShouldBeTrue($"The encoder of {name} did not start.\n{process.Output}");
            var encoder = await next;
            if (encoder.Url != before && encoder.Url.Contains('?', StringComparison.Ordinal))
            {
                return encoder;
            }

            encoder.Lose();
        }
    }

    private async Task<EncoderEnd> PublishAsync(string key, string url)
    {
        url.ShouldStartWith($"rtmp://127.0.0.1/{key}?");
        var encoder = await EncoderEnd.DialAsync(_platform!.Srs[0]);
        (await encoder.PublishAsync(key, new Uri(url).Query)).ShouldBe(PublishOutcome.Started, await _platform.StoryAsync(key));
        _ = encoder.KeepSendingAsync(_over.Token);
        return encoder;
    }

    private async Task<bool> HappenedAsync(string key, string kind) => (await _platform!.TimelineAsync(key)).Any(entry => entry.Kind == kind);

    /// <summary>The calls that name a key or a registration of it.</summary>
    private IEnumerable<RelayedCall> CallsOf(string key)
    {
        var id = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(StreamKey.Parse(key).ToString())) + ".";
        return _encoders!.Calls.Where(call => call.Call.Contains(id, StringComparison.Ordinal)
            || call.Call.Contains($"\"{key}\"", StringComparison.Ordinal));
    }

    private List<string> AnswersOf(string key) => [.. CallsOf(key).Select(call => call.Answer)];
}
