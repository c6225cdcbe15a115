using System.Collections.Immutable;
using System.Text.Json;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Commands;

/// <summary><c>doctor</c> on a whole small platform, and on what is left of one.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("doctor-").FullName;

    private string Settings => Path.Combine(_folder, "my.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task On_a_sound_platform_nothing_has_failed_and_hooks_are_seen_to_arrive()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        var encoder = await platform.PublishAsync(platform.Srs[0], "live/cam1");
        Write(platform.Srs, platform.Address, platform.Management, platform.Database);

        var (code, found, text) = await DoctorAsync();

        code.ShouldBe(ExitCodes.Ok, text);
        found.ShouldNotContain(one => one.Verdict == "failed", text);
        Of(found, "listeners", "http.listen").Verdict.ShouldBe("ok");
        Of(found, "listeners", "management.listen").Verdict.ShouldBe("ok");
        Of(found, "this member", "ready").Verdict.ShouldBe("ok", text);
        Of(found, "this member", "version").Verdict.ShouldBe("ok");
        Of(found, "this member", "clock").Verdict.ShouldBe("ok");
        Of(found, "srs-1", "api").Text.ShouldContain("SRS 6.0.");
        Of(found, "srs-1", "kicks").Verdict.ShouldBe("ok");
        Of(found, "srs-1", "clock").Verdict.ShouldBe("ok");
        Of(found, "srs-1", "login").Verdict.ShouldBe("ok");
        Of(found, "srs-1", "hook-token").Verdict.ShouldBe("ok");
        Of(found, "srs-1", "hooks").Text.ShouldContain("on_publish");
        Of(found, "store", "schema").Verdict.ShouldBe("ok");
        Of(found, "store", "file").Verdict.ShouldBe("ok");
        Of(found, "store", "latency").Text.ShouldContain("ms");
        Directory.GetFiles(Path.GetDirectoryName(platform.Database)!, ".doctor*").ShouldBeEmpty();

        // Nothing of it was a change: the stream is on air, and its server was asked to remove nobody who was there.
        (await platform.Srs.ActiveAsync("live/cam1")).ShouldContain(encoder.ClientId);

        // The supervisor that runs has another token than the settings that are read.
        Write(platform.Srs, platform.Address, platform.Management, platform.Database, token: "another-token-0123456789");
        (code, found, text) = await DoctorAsync();
        code.ShouldBe(ExitCodes.Failed);
        Of(found, "srs-1", "hook-token").ShouldSatisfyAllConditions(
            one => one.Verdict.ShouldBe("failed"), one => one.Text.ShouldContain("does not know the hook-token"));
        text.ShouldNotContain("another-token");
    }

    [Fact]
    public async Task With_the_supervisor_down_the_rest_is_looked_at_all_the_same()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        Write(srs, FreePort.Address(), FreePort.Address(), Path.Combine(_folder, "new", "none.db"));

        var (code, found, text) = await DoctorAsync();

        code.ShouldBe(ExitCodes.Failed);
        Of(found, "listeners", "http.listen").Text.ShouldContain("nobody listens");
        Of(found, "this member", "ready").Verdict.ShouldBe("warning");
        Of(found, "srs-1", "api").Verdict.ShouldBe("ok", text);
        Of(found, "srs-1", "kicks").Verdict.ShouldBe("ok");
        Of(found, "srs-1", "hooks").Text.ShouldContain("knows only a supervisor that runs");
        Of(found, "store", "file").Text.ShouldContain("is made at the first start");
        Directory.Exists(Path.Combine(_folder, "new")).ShouldBeFalse("nothing was changed");
    }

    [Fact]
    public async Task Where_the_settings_hold_the_hash_of_a_key_the_key_is_asked_for()
    {
        const string Key = "boss-boss-boss-boss-boss";
        var hash = ApiKeyHash.TextOf(Key);
        var keys = new ApiOptions { Keys = [new() { Name = "boss", KeyHash = hash, Role = "viewer" }] };
        await using var platform = await Platform.StartAsync(new PlatformSettings { Api = keys }, SrsModel.V6);
        Write(platform.Srs, platform.Address, platform.Management, platform.Database, more: $"api.keys = [ {{ name = boss, key-hash = \"{hash}\" }} ]");

        var (_, found, text) = await DoctorAsync();
        text.ShouldContain("Give this command a key: STREAMSUPERVISOR_API_KEY.");
        Of(found, "settings", "secrets").Verdict.ShouldBe("ok", text);

        (_, found, text) = await DoctorAsync("--api-key", Key);
        Of(found, "srs-1", "hooks").Text.ShouldNotContain("knows only a supervisor that runs", Case.Sensitive, text);
        text.ShouldNotContain(Key);
        text.ShouldNotContain(hash);
    }

    [Fact]
    public async Task An_SRS_that_wants_another_password_or_is_away_has_failed()
    {
        await using var srs = await SrsServers.StartAsync([new SimulatedSrsOptions { ServerId = "srs-1", Username = "admin", Password = "right-one" }]);
        var away = FreePort.Address();
        File.WriteAllText(Settings, $$"""
            streamsupervisor {
              http.listen = ["{{FreePort.Address()}}"], management.listen = ["{{FreePort.Address()}}"], storage.sqlite.path = "{{_folder}}/none.db"
              origins = [
                { name = srs-1, api = "{{srs[0].ApiAddress}}", hook-token = "0123456789abcdef-1", username = admin, password = wr0ng-one }
                { name = srs-2, api = "{{away}}", hook-token = "0123456789abcdef-2" }
              ]
            }
            """);

        var (code, found, text) = await DoctorAsync();

        code.ShouldBe(ExitCodes.Failed);
        Of(found, "srs-1", "api").Text.ShouldContain("401");
        Of(found, "srs-2", "api").Text.ShouldContain("could not be reached");
        text.ShouldNotContain("wr0ng-one");
    }

    [Fact]
    public async Task One_process_under_two_names_and_a_slow_API_are_told()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V7);
        File.WriteAllText(Settings, $$"""
            streamsupervisor {
              http.listen = ["{{FreePort.Address()}}"], management.listen = ["{{FreePort.Address()}}"], storage.sqlite.path = "{{_folder}}/none.db"
              origins = [
                { name = srs-1, api = "{{srs[0].ApiAddress}}", hook-token = "0123456789abcdef-1" }
                { name = srs-2, api = "{{srs[0].ApiAddress.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}}", hook-token = "0123456789abcdef-2" }
              ]
            }
            """);
        var (_, found, text) = await DoctorAsync();
        found.Where(one => one.Check == "process").ShouldHaveSingleItem(text).Text.ShouldContain("one server under two names");

        await srs.SlowDownAsync(TimeSpan.FromSeconds(30));
        (_, found, text) = await DoctorAsync("--timeout", "0.5");
        Of(found, "srs-1", "api").ShouldSatisfyAllConditions(
            one => one.Verdict.ShouldBe("failed"), one => one.Text.ShouldMatch("did not answer|no answer within 0.5 s"));
    }

    [Fact]
    public async Task A_file_of_SRS_is_held_against_its_origin()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        Write(srs, FreePort.Address(), FreePort.Address(), Path.Combine(_folder, "none.db"));
        var file = Path.Combine(_folder, "srs.conf");
        await File.WriteAllTextAsync(file, await LinesAsync());
        var (_, found, text) = await DoctorAsync("--srs-conf", $"srs-1={file}");
        found.ShouldNotContain(one => one.Check.StartsWith("srs.conf") && one.Verdict == "failed", text);

        await File.WriteAllTextAsync(file, (await LinesAsync()).Replace(SrsServers.TokenOf("srs-1"), "of-somebody-else", StringComparison.Ordinal));
        (var code, found, text) = await DoctorAsync("--srs-conf", $"srs-1={file}");
        code.ShouldBe(ExitCodes.Failed);
        Of(found, "srs-1", "srs.conf hook-token").Verdict.ShouldBe("failed", text);

        using var error = new StringWriter();
        (await CommandTree.RunAsync(["doctor", "-c", Settings, "--srs-conf", $"srs-9={file}"], TextWriter.Null, error)).ShouldBe(ExitCodes.Usage);
        error.ToString().ShouldContain("names no SRS server of the settings");
    }

    [Fact]
    public async Task Another_program_at_the_address_and_a_foreign_file_are_no_supervisor_and_no_journal()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        var file = Path.Combine(_folder, "other.db");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("no database\n", 1000)));
        Write(srs, srs[0].ApiAddress, FreePort.Address(), file);

        var (_, found, text) = await DoctorAsync();

        Of(found, "listeners", "http.listen").Text.ShouldContain("something else");
        Of(found, "store", "schema").ShouldSatisfyAllConditions(
            one => one.Verdict.ShouldBe("failed"), one => one.Text.ShouldContain("is not a sound SQLite database"));
        text.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Mistakes_in_the_settings_are_findings_and_do_not_keep_it_from_looking()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        Write(srs, FreePort.Address(), FreePort.Address(), Path.Combine(_folder, "none.db"), more: "admission.hold = 9s");
        var (code, found, _) = await DoctorAsync();
        code.ShouldBe(ExitCodes.Failed);
        Of(found, "settings", "check").Text.ShouldContain("9s is outside");
        Of(found, "srs-1", "api").Verdict.ShouldBe("ok");
    }

    [Fact]
    public async Task People_get_a_line_for_each_check_and_the_count()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        Write(srs, FreePort.Address(), FreePort.Address(), Path.Combine(_folder, "none.db"));
        using var output = new StringWriter();
        (await CommandTree.RunAsync(["doctor", "-c", Settings], output, TextWriter.Null)).ShouldBe(ExitCodes.Failed);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        lines[..^1].ShouldAllBe(line => line.StartsWith("ok ") || line.StartsWith("warning ") || line.StartsWith("failed "));
        lines[^1].ShouldMatch(@"^\d+ ok, \d+ warnings?, \d+ failed\.$");
    }

    private async Task<string> LinesAsync()
    {
        using var lines = new StringWriter();
        (await CommandTree.RunAsync(["config", "srs-lines", "srs-1", "-c", Settings], lines, TextWriter.Null)).ShouldBe(0);
        return lines.ToString();
    }

    private void Write(SrsServers srs, string http, string management, string database, string? token = null, string more = "") =>
        File.WriteAllText(Settings, $$"""
            streamsupervisor {
              http.listen = ["{{http}}"], management.listen = ["{{management}}"], storage.sqlite.path = "{{database}}"
              origins = [ { name = srs-1, api = "{{srs[0].ApiAddress}}", hook-token = "{{token ?? SrsServers.TokenOf("srs-1")}}" } ]
              {{more}}
            }
            """);

    private static Found Of(ImmutableArray<Found> found, string subject, string check) =>
        found.FirstOrDefault(one => one.Subject == subject && one.Check == check)
        ?? throw new InvalidOperationException($"{subject}: {check} is not among {string.Join("\n", found)}");

    private async Task<(int Code, ImmutableArray<Found> Found, string Text)> DoctorAsync(params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandTree.RunAsync(["doctor", "--config", Settings, "-o", "json", .. more], output, error);
        error.ToString().ShouldBe("");
        using var json = JsonDocument.Parse(output.ToString());
        return (code, [.. json.RootElement.GetProperty("checks").EnumerateArray().Select(one => new Found(
            one.GetProperty("subject").GetString()!, one.GetProperty("check").GetString()!, one.GetProperty("verdict").GetString()!,
            one.GetProperty("text").GetString()!))], output.ToString());
    }

    private sealed record Found(string Subject, string Check, string Verdict, string Text);
}
