using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Settings that are read again while the program runs: all or nothing, and no hook is lost.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private const string Boss = "boss-boss-boss-boss-boss";
    private const string Hook = """{"action":"on_close","client_id":"c1","ip":"10.0.0.1","vhost":"__defaultVhost__","app":"live","server_id":"v","service_id":"s"}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-reload-");
    private readonly HttpClient _http = new();
    private readonly string _address = FreePort.Address();
    private readonly string _management = FreePort.Address();
    private SrsServers _srs = null!;
    private SupervisorServer _program = null!;

    private string File => Path.Combine(_folder.FullName, "my.conf");

    public async Task InitializeAsync()
    {
        _srs = await SrsServers.StartAsync(SrsModel.V6, SrsModel.V6);
        Write(Origin(0), "");
        var loaded = Load();
        loaded.IsUsable.ShouldBeTrue(string.Join('\n', loaded.Problems));
        _program = await SupervisorServer.BuildAsync(loaded.Options, logging => logging.ClearProviders(), Load);
        await _program.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync("the supervisor is ready", async () =>
            (await _http.GetAsync(new Uri(_management + "/ready"))).IsSuccessStatusCode);
        await _srs.SendHooksToAsync(_address);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
        await _srs.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_with_mistakes_changes_nothing_and_each_is_named_with_its_line()
    {
        Write(Origin(1), "admission.takeover = nobody-wins\n  api.max-page = 0\n  log.level = debug");

        var (status, problem) = await ReloadAsync();

        (status, problem.GetProperty("reason").GetString()).ShouldBe((422, "settings-wrong"));
        var mistakes = problem.GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetString()!).ToList();
        mistakes.Count.ShouldBe(2);
        mistakes.ShouldContain(mistake => mistake.Contains($"admission.takeover ({File}:7)", StringComparison.Ordinal));
        mistakes.ShouldContain(mistake => mistake.Contains($"api.max-page ({File}:8)", StringComparison.Ordinal));
        (await HookAsync("srs-1"), await HookAsync("srs-2")).ShouldBe((HttpStatusCode.OK, HttpStatusCode.NotFound));

        using var error = new StringWriter();
        (await CommandTree.RunAsync(["reload", "--server", _address], TextWriter.Null, error)).ShouldBe(1);
        error.ToString().ShouldStartWith("Nothing was changed.\nerror: ");
    }

    [Fact]
    public async Task Servers_come_and_go()
    {
        Write($"{Origin(0)}, {Origin(1)}", "");
        await ShouldApplyAsync("origins");
        await Eventually.HoldsAsync("the new server is seen", async () => (await OriginsAsync()).Contains("srs-2 up"));
        var encoder = await EncoderEnd.DialAsync(_srs[1]);
        (await encoder.PublishAsync("live/cam")).ShouldBe(PublishOutcome.Started);
        (await HookAsync("srs-2")).ShouldBe(HttpStatusCode.OK);

        Write(Origin(0), "");
        await ShouldApplyAsync("origins");
        (await OriginsAsync()).ShouldBe(["srs-1 up"]);
        (await HookAsync("srs-2")).ShouldBe(HttpStatusCode.NotFound);

        // It comes back, under the same name and with another token.
        Write($"{Origin(0)}, {Origin(1).Replace("token-of-srs-2", "next-token-of-srs-2", StringComparison.Ordinal)}", "");
        await ShouldApplyAsync("origins");
        (await HookAsync("srs-2"), await HookAsync("next-srs-2")).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.OK));
        await Eventually.HoldsAsync("it is seen again", async () => (await OriginsAsync()).Contains("srs-2 up"));
    }

    [Fact]
    public async Task Rules_and_credentials_are_those_of_the_new_file()
    {
        var first = await EncoderEnd.DialAsync(_srs[0], "203.0.113.10");
        (await first.PublishAsync("live/cam")).ShouldBe(PublishOutcome.Started);

        Write(Origin(0), """
            admission.takeover = first-wins
              credentials.rules = [ { match = "paid/*", scheme = secret, primary = "sesame-sesame-sesame" } ]
            """);
        await ShouldApplyAsync("admission.takeover", "credentials.rules");

        var second = await EncoderEnd.DialAsync(_srs[0], "203.0.113.20");
        (await second.PublishAsync("live/cam")).ShouldNotBe(PublishOutcome.Started);
        var stranger = await EncoderEnd.DialAsync(_srs[0], "203.0.113.30");
        (await stranger.PublishAsync("paid/cam")).ShouldNotBe(PublishOutcome.Started);
        var known = await EncoderEnd.DialAsync(_srs[0], "203.0.113.30");
        (await known.PublishAsync("paid/cam", "?secret=sesame-sesame-sesame")).ShouldBe(PublishOutcome.Started);
    }

    [Fact]
    public async Task Keys_and_receivers_are_those_of_the_new_file_and_what_needs_a_restart_is_named()
    {
        Write(Origin(0), $$"""
            api { max-page = 7, keys = [ { name = boss, role = admin, key = "{{Boss}}" } ] }
              webhooks = [ { name = pager, url = "https://example.com/hook", secret = "whsec_{{Convert.ToBase64String(new byte[32])}}" } ]
              log.level = warning
            """);
        var (status, done) = await ReloadAsync();
        status.ShouldBe(200, done.ToString());
        Texts(done, "applied").ShouldBe(["log.level", "api.keys", "webhooks"], ignoreOrder: true);
        Texts(done, "needsRestart").ShouldBe(["api.max-page"]);

        (await _http.GetAsync(new Uri(_address + "/api/v1/streams"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _http.DefaultRequestHeaders.Add("X-Api-Key", Boss);
        var hooks = await _http.GetFromJsonAsync<JsonElement>(new Uri(_address + "/api/v1/webhooks"));
        hooks.GetProperty("webhooks")[0].GetProperty("name").GetString().ShouldBe("pager");

        // Back again: nobody needs a key, and the same setting still waits.
        Write(Origin(0), "api.max-page = 7");
        (_, done) = await ReloadAsync();
        Texts(done, "needsRestart").ShouldBe(["api.max-page"]);
        _http.DefaultRequestHeaders.Clear();
        await Eventually.HoldsAsync("the audit tells of it", async () =>
            (await _http.GetStringAsync(new Uri(_address + "/api/v1/events?kind=order&by=boss"))).Contains("read its settings again: (log.level", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_needs_a_restart_stays_as_it_was_and_the_others_fit_to_that()
    {
        // Good in the file alone, where the deadline is longer too.
        Write(Origin(0), "admission.hold = 7s", deadline: "10s");
        var (status, problem) = await ReloadAsync();
        (status, problem.GetProperty("reason").GetString()).ShouldBe((422, "settings-wrong"));
        problem.GetProperty("mistakes")[0].GetString()!.ShouldContain("7s is not less than hooks.deadline (4s)");

        Write(Origin(0), "admission.hold = 3s", deadline: "10s");
        var (_, done) = await ReloadAsync();
        (Texts(done, "applied").Single(), Texts(done, "needsRestart").Single()).ShouldBe(("admission.hold", "hooks.deadline"));
    }

    [Fact]
    public async Task No_hook_is_lost_while_settings_are_replaced()
    {
        using var over = new CancellationTokenSource();
        var (answered, lost) = (0, 0);
        var senders = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                if (await HookAsync("srs-1") == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref answered);
                }
                else
                {
                    Interlocked.Increment(ref lost);
                }
            }
        })).ToList();
        var encoder = await EncoderEnd.DialAsync(_srs[0]);
        (await encoder.PublishAsync("live/cam")).ShouldBe(PublishOutcome.Started);
        for (var round = 0; round < 10; round++)
        {
            Write(round % 2 == 0 ? $"{Origin(0)}, {Origin(1)}" : Origin(0), $"admission.hold = {2 + (round % 2)}s");
            await ShouldApplyAsync("origins", "admission.hold");
            var before = Volatile.Read(ref answered);
            await Eventually.HoldsAsync("hooks go on", () => Task.FromResult(Volatile.Read(ref answered) > before + 20));
        }

        await over.CancelAsync();
        await Task.WhenAll(senders);
        lost.ShouldBe(0, $"of {answered}");
        (await _srs.ActiveAsync("live/cam")).ShouldBe([encoder.ClientId]);
    }

    private string Origin(int number) =>
        $$"""{ name = {{_srs.Names[number]}}, api = "{{_srs[number].ApiAddress}}", hook-token = "{{SrsServers.TokenOf(_srs.Names[number])}}" }""";

    private void Write(string origins, string more, string deadline = "4s") => System.IO.File.WriteAllText(File,
        $$"""
        streamsupervisor {
          http.listen = ["{{_address}}"]
          management.listen = ["{{_management}}"]
          storage.sqlite.path = "{{Path.Combine(_folder.FullName, "reload.db")}}"
          hooks.deadline = {{deadline}}
          origins = [ {{origins}} ]
          {{more}}
        }
        """);

    private LoadedConfiguration Load() => SupervisorConfiguration.Load(File, environment: new Dictionary<string, string>());

    private async Task ShouldApplyAsync(params string[] settings)
    {
        var (status, done) = await ReloadAsync();
        status.ShouldBe(200, done.ToString());
        Texts(done, "applied").ShouldBe(settings, ignoreOrder: true);
    }

    private async Task<(int Status, JsonElement Body)> ReloadAsync()
    {
        using var answer = await _http.PostAsync(new Uri(_address + "/api/v1/reload"), null);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone());
    }

    private async Task<HttpStatusCode> HookAsync(string name)
    {
        using var body = new StringContent(Hook, Encoding.UTF8, "application/json");
        var token = name.StartsWith("next-", StringComparison.Ordinal) ? $"next-{SrsServers.TokenOf(name[5..])}" : SrsServers.TokenOf(name);
        using var answer = await _http.PostAsync(new Uri($"{_address}/hooks/v1/{token}"), body);
        return answer.StatusCode;
    }

    private async Task<List<string>> OriginsAsync()
    {
        var page = await _http.GetFromJsonAsync<JsonElement>(new Uri(_address + "/api/v1/origins"));
        return [.. page.GetProperty("origins").EnumerateArray().Select(one => $"{one.GetProperty("name").GetString()} {one.GetProperty("state").GetString()}")];
    }

    private static List<string> Texts(JsonElement body, string field) =>
        [.. body.GetProperty(field).EnumerateArray().Select(text => text.GetString()!)];
}
