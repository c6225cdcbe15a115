using StreamSupervisor.Srs.Configuration;
using Microsoft.Extensions.Configuration;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Tests.Configuration;

public sealed class SupervisorConfigurationTests
{
    private const string Good = """
        streamsupervisor {
          http.listen = ["http://127.0.0.1:9085"]
          origins = [ { name = "srs-1", api = "http://127.0.0.1:1985", hook-token = "0123456789abcdef", username = "u", password = "p" } ]
          admission { hold = 1500ms, takeover = first-wins, rules = [ { match = "live/*", mode = observe, publish-only = true } ] }
          hooks.max-body = 32k
        }
        """;

    [Fact]
    public void Every_kind_of_value_reaches_its_option()
    {
        var options = Load(Good).Options;
        options.Http.Listen.ShouldBe(["http://127.0.0.1:9085"]);
        options.Management.Listen.ShouldBe(["http://127.0.0.1:8558"]); // from reference.conf
        options.Admission.Hold.ShouldBe(TimeSpan.FromSeconds(1.5));
        options.Admission.Takeover.ShouldBe(TakeoverPolicy.FirstWins);
        options.Hooks.MaxBody.ShouldBe(32768);
        var rule = options.Admission.Rules.ShouldHaveSingleItem();
        (rule.Match, rule.Mode, rule.PublishOnly, rule.Takeover, rule.Hold).ShouldBe(("live/*", AdmissionMode.Observe, true, null, null));
        var origin = options.Origins.ShouldHaveSingleItem();
        (origin.Name, origin.HookToken, origin.Username, origin.Password).ShouldBe(("srs-1", "0123456789abcdef", "u", "p"));
    }

    [Fact]
    public void It_is_an_ordinary_configuration_too()
    {
        var configuration = Load(Good).Configuration;
        configuration["StreamSupervisor:Origins:0:HookToken"].ShouldBe("0123456789abcdef");
        configuration.GetSection("streamsupervisor:http:listen").Get<string[]>().ShouldBe(["http://127.0.0.1:9085"]);
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_a_switch_over_both()
    {
        var environment = new Dictionary<string, string>
        {
            ["STREAMSUPERVISOR__HTTP__LISTEN__0"] = "http://127.0.0.1:1",
            ["STREAMSUPERVISOR__ORIGINS__0__HOOK_TOKEN"] = "from-the-environment",
            ["STREAMSUPERVISOR__ADMISSION__HOLD"] = "2s",
            ["OTHER__THING"] = "x",
        };
        var loaded = Load(Good, ["admission.hold=1s", "origins[0].username=me"], environment);
        loaded.Problems.ShouldBeEmpty();
        loaded.Options.Http.Listen.ShouldBe(["http://127.0.0.1:1"]);
        loaded.Options.Origins[0].HookToken.ShouldBe("from-the-environment");
        loaded.Options.Origins[0].Username.ShouldBe("me");
        loaded.Options.Admission.Hold.ShouldBe(TimeSpan.FromSeconds(1));

        var shown = EffectiveSettings.Of(loaded).ToDictionary(s => s.Name);
        shown["http.listen[0]"].Where.ShouldBe("environment variable STREAMSUPERVISOR__HTTP__LISTEN__0");
        shown["admission.hold"].ShouldBe(new EffectiveSetting("admission.hold", "1s", SettingLayer.CommandLine, "--set admission.hold"));
        shown["admission.takeover"].Where.ShouldBe("test.conf:4");
        shown["sweep.interval"].Where.ShouldBe("default");
    }

    [Fact]
    public void A_list_of_the_file_replaces_the_default_whole_and_can_also_add_to_it()
    {
        Load("streamsupervisor.http.listen = []").Options.Http.Listen.ShouldBeEmpty();
        Load("streamsupervisor.http.listen += \"http://127.0.0.1:1\"").Options.Http.Listen.ShouldBe(["http://127.0.0.1:8085", "http://127.0.0.1:1"]);
        Load("streamsupervisor.management.listen = ${streamsupervisor.http.listen}").Options.Management.Listen.ShouldBe(["http://127.0.0.1:8085"]);
    }

    [Theory]
    [InlineData("admission.hold = 9s", "admission.hold", "9s is outside 50ms to 8s")]
    [InlineData("admission.hold = 3", "admission.hold", "'3' cannot be read. Expected a duration with its unit")]
    [InlineData("admission.hold = -1s", "admission.hold", "cannot be read")]
    [InlineData("admission.hold { x = 1 }", "admission.hold", "takes one value")]
    [InlineData("admission = 3", "admission", "takes settings, not a value")]
    [InlineData("http.listen = \"http://127.0.0.1:1\"", "http.listen", "takes a list. Write [ … ].")]
    [InlineData("http.listen = []", "http.listen", "holds no address")]
    [InlineData("http.listen = [\"http://myhost:80\"]", "http.listen[0]", "'myhost' is a name, not an address of this machine")]
    [InlineData("http.listen = [\"127.0.0.1:80\"]", "http.listen[0]", "is no address to listen on")]
    [InlineData("http.listen = [\"http://127.0.0.1:8558\"]", "management.listen[0]", "is the same port as http.listen[0]")]
    [InlineData("http.listen = [\"http://0.0.0.0:8558\"]", "management.listen[0]", "is the same port as http.listen[0]")]
    [InlineData("telemetry.otlp.logs = on", "telemetry.otlp.logs", "there is no collector that the log could go to")]
    [InlineData("admission.takeover = newest", "admission.takeover", "Expected one of newest-wins, same-identity, first-wins")]
    [InlineData("storage.provider = postgress", "storage.provider", "Did you mean postgres?")]
    [InlineData("storage.provider = postgres", "storage.postgres.connection-string", "is empty")]
    [InlineData("storage.postgres.connection-string = \"no pairs\"", "storage.postgres.connection-string", "is no list of key=value pairs")]
    [InlineData("storage.sqlite.path = \"\"", "storage.sqlite.path", "is empty")]
    [InlineData("sweep.silent-after = 3s", "sweep.silent-after", "SRS counts bytes every 3 s")]
    [InlineData("hooks.deadline = 1s", "admission.hold", "is not less than hooks.deadline (1s)")]
    [InlineData("hooks.when-unavailable = maybe", "hooks.when-unavailable", "Expected one of refuse, allow")]
    [InlineData("hooks.max-body = 3MB", "hooks.max-body", "is outside")]
    [InlineData("kernel.mailbox-size = many", "kernel.mailbox-size", "'many' cannot be read. Expected a whole number.")]
    [InlineData("admission.fight-cool-down-max = 30s", "admission.fight-cool-down-max", "is outside 1m to 24h")]
    [InlineData("admission.rules = [ { hold = 1s } ]", "admission.rules[0].match", "is missing")]
    [InlineData("admission.rules = [ { match = \"*\", hold = 1s }, { match = \"a/*\", hold = 1s } ]", "admission.rules[1].match", "is never reached")]
    [InlineData("api.keys = [ { name = a, key = \"0123456789abcdef\", role = boss } ]", "api.keys[0].role", "Expected one of viewer, operator, admin")]
    [InlineData("api.keys = [ { name = a, key = \"\" } ]", "api.keys[0].key", "is missing")]
    [InlineData("api.keys = [ { name = a, key-hash = \"sha256:12\" } ]", "api.keys[0].key-hash", "sha256: and 64 hexadecimal digits")]
    [InlineData("api.keys = [ { name = a, key = \"0123456789abcdef\", streams = [ live ] } ]", "api.keys[0].streams[0]", "write live/* for the whole app")]
    [InlineData("api.keys = [ { name = a, key = \"0123456789abcdef\", origins = [ \"\" ] } ]", "api.keys[0].origins[0]", "is empty")]
    [InlineData("api.keys = [ { name = a, key = \"0123456789abcdef\", expires = tomorrow } ]", "api.keys[0].expires", "'tomorrow' is no day and no time")]
    [InlineData("admision.hold = 1s", "admision", "is no setting. Did you mean admission?")]
    [InlineData("admission.takover = x", "admission.takover", "is no setting. Did you mean admission.takeover?")]
    [InlineData("hold = 1s", "hold", "It belongs elsewhere: admission.hold or admission.rules[].hold.")]
    [InlineData("kernel.frobnicate = 1", "kernel.frobnicate", "Known here: mailbox-size, snapshot-every")]
    public void A_mistake_is_an_error_that_names_setting_place_and_fix(string line, string setting, string says)
    {
        var problem = Load($"streamsupervisor {{\n  {line}\n}}").Problems.First(p => p.Severity == ProblemSeverity.Error);
        problem.Setting.ShouldBe(setting);
        problem.ToString().ShouldContain(says);
        if (problem.Source is not null && !setting.StartsWith("management", StringComparison.Ordinal) && !line.StartsWith("hooks.deadline", StringComparison.Ordinal)
            && line != "storage.provider = postgres")
        {
            problem.Source.ShouldBe("test.conf:2");
        }
    }

    [Theory]
    [InlineData("api = \"http://x:1\", hook-token = t", "name", "is missing")]
    [InlineData("name = \"a b\", api = \"http://x:1\", hook-token = t", "name", "is no good name")]
    [InlineData("name = a, hook-token = t", "api", "is missing")]
    [InlineData("name = a, api = \"x:1\", hook-token = t", "api", "is no http or https address")]
    [InlineData("name = a, api = \"http://x:1/api/v1\", hook-token = t", "api", "Write http://x:1; /api/v1 is added by itself")]
    [InlineData("name = a, api = \"http://u:p@x:1\", hook-token = t", "api", "holds a login")]
    [InlineData("name = a, api = \"http://x:1\"", "hook-token", "is missing")]
    [InlineData("name = a, api = \"http://x:1\", hook-token = \"\"", "hook-token", "is missing")]
    [InlineData("name = a, api = \"http://x:1\", hook-token = \"a/b\"", "hook-token", "does not fit into a web address")]
    [InlineData("name = a, api = \"http://x:1\", hook-token = t, username = u", "password", "is missing")]
    [InlineData("name = a, api = \"http://x:1\", hook-token = t, password = p", "username", "is missing")]
    public void A_mistake_in_an_origin_is_found(string origin, string setting, string says)
    {
        var problem = Load($"streamsupervisor.origins = [ {{ {origin} }} ]").Problems.First(p => p.Severity == ProblemSeverity.Error);
        problem.Setting.ShouldBe($"origins[0].{setting}");
        problem.ToString().ShouldContain(says);
    }

    [Fact]
    public void Two_origins_may_share_neither_name_nor_token_nor_address() =>
        Load("""
            streamsupervisor.origins = [
              { name = srs, api = "http://x:1", hook-token = t }
              { name = SRS, api = "http://x:1/", hook-token = t }
            ]
            """).Problems.Where(p => p.Severity == ProblemSeverity.Error).Select(p => p.Setting)
            .ShouldBe(["origins[1].name", "origins[1].hook-token", "origins[1].api"], ignoreOrder: true);

    [Fact]
    public void All_mistakes_are_reported_at_once() => Load("""
        streamsupervisor {
          admission.hold = 9s
          http.listen = ["nonsense", "also nonsense"]
          origins = [ {}, { name = ok, api = "http://x:1", hook-token = "0123456789abcdef", nam = x } ]
          sweep { interval = 0s, unknown = 1 }
        }
        """, ["kernel.mailbox-size=0", "nothing"], new Dictionary<string, string> { ["STREAMSUPERVISOR__API__MAX_PAGE"] = "0" })
        .Problems.Where(p => p.Severity == ProblemSeverity.Error).Select(p => (p.Setting, p.Source)).ShouldBe(
        [
            ("admission.hold", "test.conf:2"), ("http.listen[0]", "test.conf:3"), ("http.listen[1]", "test.conf:3"),
            ("origins[0].name", "test.conf:4"), ("origins[0].api", "test.conf:4"), ("origins[0].hook-token", "test.conf:4"), ("origins[1].nam", "test.conf:4"),
            ("sweep.interval", "test.conf:5"), ("sweep.unknown", "test.conf:5"), ("kernel.mailbox-size", "--set kernel.mailbox-size"), ("", "--set"),
            ("api.max-page", "environment variable STREAMSUPERVISOR__API__MAX_PAGE"),
        ], ignoreOrder: true);

    [Theory]
    [InlineData("admission.hold = 4s", "may throw away the stream")]
    [InlineData("admission.confirm-within = 5s", "is not longer than sweep.interval (5s)")]
    [InlineData("http.listen = [\"http://0.0.0.0:8085\"]", "without api.keys the API answers callers on this machine only")]
    [InlineData("management.listen = [\"http://0.0.0.0:8558\"]", "other machines reach the health")]
    [InlineData("storage.postgres.connection-string = \"Host=x\"", "is not used")]
    [InlineData("origins[0] = 1", "")]
    [InlineData("origins = [ { name = a, api = \"http://srs.example:1985\", hook-token = tok1 } ]", "is shorter than 16 characters")]
    public void What_is_allowed_but_risky_is_a_warning(string line, string says)
    {
        if (says.Length == 0)
        {
            Load($"streamsupervisor.{line}").IsUsable.ShouldBeFalse(); // brackets are no HOCON keys
            return;
        }

        var loaded = Load($"streamsupervisor {{\n  origins = [ {{ name = a, api = \"http://x:1\", hook-token = \"0123456789abcdef\" }} ]\n  {line}\n}}");
        loaded.IsUsable.ShouldBeTrue();
        loaded.Problems.ShouldHaveSingleItem().Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("http.listen = []", "http", "streamsupervisor { http … }")]
    [InlineData("streamsupervisr { }", "streamsupervisr", "Did you mean streamsupervisor?")]
    public void Settings_outside_the_root_are_not_passed_over(string text, string setting, string says)
    {
        var problem = Load(text).Problems.First(p => p.Severity == ProblemSeverity.Error);
        problem.Setting.ShouldBe(setting);
        problem.Fix.ShouldContain(says);
    }

    [Fact]
    public void Values_outside_the_root_can_be_shared() =>
        Load("listen = \"http://127.0.0.1:7\"\nstreamsupervisor.http.listen = [${listen}]").Options.Http.Listen.ShouldBe(["http://127.0.0.1:7"]);

    [Fact]
    public void A_file_that_is_not_HOCON_is_one_mistake_with_line_and_column()
    {
        var loaded = Load("streamsupervisor {\n  http.listen = [http://x]\n}");
        loaded.IsUsable.ShouldBeFalse();
        loaded.Problems.ShouldHaveSingleItem().ToString().ShouldStartWith("error: test.conf:2:22: expected ");
    }

    [Fact]
    public void No_secret_is_ever_shown()
    {
        const string secret = "s3cret=";
        var loaded = Load($$"""
            streamsupervisor {
              storage { provider = postgres, postgres.connection-string = "Host=db1;Password={{secret}};Username=me;Database=live" }
              origins = [ { name = a, api = "http://u:{{secret}}@x:1", hook-token = "{{secret}}", username = u, password = "{{secret}}" } ]
              api.keys = [ { name = n, key = "{{secret}}" }, { name = m, key = "{{secret}}" } ]
            }
            """);
        loaded.Problems.Count.ShouldBeGreaterThan(2);
        string.Join('\n', loaded.Problems).ShouldNotContain("s3cret");
        var shown = EffectiveSettings.Of(loaded).Where(s => s.Name != "origins[0].api").ToDictionary(s => s.Name, s => s.Value);
        string.Join('\n', shown.Values).ShouldNotContain("s3cret");
        shown["storage.postgres.connection-string"].ShouldBe($"host=db1;username=me;database=live;{EffectiveSettings.Mask}");
        shown["api.keys[0].key"].ShouldBe(EffectiveSettings.Mask);
    }

    private static LoadedConfiguration Load(string text, IReadOnlyList<string>? overrides = null, Dictionary<string, string>? environment = null) =>
        SupervisorConfiguration.LoadText("test.conf", text, overrides, environment ?? []);
}
