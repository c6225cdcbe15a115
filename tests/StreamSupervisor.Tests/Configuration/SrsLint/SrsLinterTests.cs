using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration.SrsLint;

public sealed class SrsLinterTests
{
    private const string Url = "http://10.0.0.2:8085/hooks/v1/0123456789abcdef";
    private const string Hooks = $"on_connect {Url}; on_publish {Url}; on_unpublish {Url}; on_close {Url}; on_play {Url};";
    private const string Api = "listen 1935; http_api { enabled on; listen 127.0.0.1:1985; }\n";
    private const string Vhost = "vhost __defaultVhost__ { tcp_nodelay on; publish { firstpkt_timeout 7000; normal_timeout 5000; } ";
    private const string Good = $"server_id srs-1;\n{Api}{Vhost}http_hooks {{ enabled on; {Hooks} }} }}\n";

    [Fact]
    public void A_good_configuration_has_no_findings() => Lint(Good).ShouldBeEmpty();

    [Fact]
    public void The_lines_that_we_ask_people_to_paste_have_no_findings() => Lint(SupervisorConfiguration.ReadEmbedded("srs.conf")).ShouldBeEmpty();

    [Theory]
    [InlineData("server_id srs-1;", "", "server-id-missing", "warning")]
    [InlineData("tcp_nodelay on;", "", "tcp-nodelay-off", "warning")]
    [InlineData("firstpkt_timeout 7000;", "", "publish-timeout", "warning")]
    [InlineData("firstpkt_timeout 7000;", "firstpkt_timeout 20000;", "publish-timeout", "warning")]
    [InlineData("normal_timeout 5000;", "normal_timeout 500;", "publish-timeout", "warning")]
    [InlineData("normal_timeout 5000;", "normal_timeout 86400000;", "publish-timeout", "error")]
    [InlineData("normal_timeout 5000;", "normal_timeout 999999999999999;", "publish-timeout", "error")]
    [InlineData("normal_timeout 5000;", "normal_timeout 5s;", "publish-timeout", "error")]
    [InlineData("enabled on; listen 127.0.0.1:1985;", "enabled off;", "api-off", "error")]
    [InlineData("listen 127.0.0.1:1985;", "listen 1985;", "api-public", "error")]
    [InlineData("listen 127.0.0.1:1985;", "", "api-public", "error")]
    [InlineData("listen 127.0.0.1:1985;", "listen [::]:1985;", "api-public", "error")]
    [InlineData("listen 127.0.0.1:1985;", "listen 0.0.0.0:1985; auth { enabled on; username a; password b; }", "api-public", "warning")]
    [InlineData("server_id srs-1;", "server_id srs-1; http_server { enabled on; listen 127.0.0.1:1985; }", "api-public", "error")]
    [InlineData("listen 127.0.0.1:1985;", "listen 10.0.0.1:1985;", "api-no-auth", "warning")]
    [InlineData("listen 127.0.0.1:1985;", "listen 127.0.0.1:1985; auth { enabled on; username admin; password admin; }", "api-example-password", "error")]
    [InlineData("http_hooks { enabled on;", "http_hooks {", "hooks-missing", "error")]
    [InlineData("http_hooks", "other", "hooks-missing", "error")]
    [InlineData($"on_connect {Url};", "", "hooks-missing", "error")]
    [InlineData($"on_publish {Url};", "", "hooks-missing", "error")]
    [InlineData($"on_unpublish {Url};", "", "hooks-missing", "error")]
    [InlineData($"on_close {Url};", "", "hooks-missing", "error")]
    [InlineData($"on_play {Url};", "", "hooks-missing", "warning")]
    [InlineData($"on_close {Url};", $"on_close {Url} {Url};", "hook-several-urls", "error")]
    [InlineData($"on_close {Url};", "on_close http://10.0.0.3:8085/hooks/v1/0123456789abcdef;", "hook-urls-differ", "warning")]
    [InlineData($"on_close {Url};", "on_close nonsense;", "hook-address", "error")]
    [InlineData("server_id srs-1;", "server_id srs-1; heartbeat { enabled on; url http://10.0.0.2/heartbeat?token=x; }", "heartbeat-query", "warning")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; forward { enabled on; destination 10.0.0.6:1935; }", "relay", "warning")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; forward 10.0.0.6:1935;", "relay", "warning")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; cluster { mode remote; origin 10.0.0.6:1935; }", "relay", "warning")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; mode remote; origin 10.0.0.6:1935;", "relay", "warning")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; publish_normal_timeout 2592000000;", "publish-timeout", "error")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; publish_normal_timeout 5000;", "publish-timeout", "warning")]
    [InlineData("server_id srs-1;", "server_id srs-1; workers 4;", "unknown-directive", "error")]
    [InlineData("server_id srs-1;", "server_id srs-1; http_hooks { enabled on; }", "unknown-directive", "error")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; listen 1935;", "unknown-directive", "error")]
    [InlineData("normal_timeout 5000;", "normal_timeout 5000; timeout 3;", "unknown-directive", "error")]
    [InlineData("http_hooks { enabled on;", "http_hooks { enabled on; allow_when_error on;", "unknown-directive", "error")]
    [InlineData("tcp_nodelay on;", "tcp_nodelay on; forward { enabled on; backend http://10.0.0.2/x; }", "forward-backend", "warning")]
    [InlineData("server_id srs-1;", "server_id srs-1; include none.conf;", "include-missing", "warning")]
    [InlineData("server_id srs-1;", "server_id srs-1", "line-break", "error")]
    public void What_works_against_the_supervisor_is_found(string good, string bad, string rule, string severity)
    {
        var text = Good.Replace(good, bad, StringComparison.Ordinal);
        text.ShouldNotBe(Good);
        var finding = Lint(text).First(f => f.Rule == rule);
        finding.ToString().ShouldStartWith($"{severity}: ");
        finding.Fix.ShouldNotBeEmpty();
        finding.ToString().ShouldNotContain("0123456789abcdef"); // the address of a hook holds the secret
    }

    [Theory]
    [InlineData("http://supervisor:8085/hooks/v1/0123456789abcdef", "hook-host-name")]
    [InlineData("http://10.0.0.2:8085/api/v1/streams", "hook-path")]
    public void A_hook_address_is_looked_at(string url, string rule) => Lint(Good.Replace(Url, url, StringComparison.Ordinal)).Select(f => f.Rule).Distinct().ShouldBe([rule]);

    [Fact]
    public void A_hook_address_may_end_with_a_slash() => Lint(Good.Replace(Url, Url + "/", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void The_old_names_of_the_timeouts_count()
    {
        var findings = Lint(Good.Replace("publish { firstpkt_timeout 7000; normal_timeout 5000; }",
            "publish_1stpkt_timeout 7000;\npublish_normal_timeout 2592000000;", StringComparison.Ordinal));
        var finding = findings.ShouldHaveSingleItem();
        (finding.Severity, finding.Line).ShouldBe((ProblemSeverity.Error, 4));
        finding.Why.ShouldStartWith("publish_normal_timeout is 720h:");
    }

    [Theory]
    [InlineData("firstpkt_timout 7000;", "Did you mean firstpkt_timeout?")]
    [InlineData("tcp_nodelay on;", "It belongs in a vhost.")]
    [InlineData("pid a;", "It belongs at the root.")]
    public void A_word_in_the_wrong_place_is_told_its_right_one(string word, string fix) => Lint(Good.Replace("normal_timeout", word + " normal_timeout", StringComparison.Ordinal))
        .ShouldHaveSingleItem().Fix.ShouldBe(fix);

    [Fact]
    public void What_is_the_same_at_several_lines_is_said_once()
    {
        var vhosts = string.Concat(Enumerable.Range(1, 20).Select(i => $"vhost v{i} {{ tcp_nodelay on; publish {{ firstpkt_timeout 7000; }} }}\n"));
        var finding = Lint(Good + vhosts).ShouldHaveSingleItem();
        (finding.Line, finding.AlsoAt.Count).ShouldBe((4, 19));
        finding.ToString().ShouldContain("vhost v1, v2, v3, v4, v5 and 15 more has no http_hooks");

        var named = Lint(Good.Replace(Url, Url.Replace("10.0.0.2", "supervisor", StringComparison.Ordinal), StringComparison.Ordinal)).ShouldHaveSingleItem();
        named.Why.ShouldStartWith("on_connect, on_publish, on_unpublish, on_close, on_play names the host 'supervisor'");
    }

    [Fact]
    public void A_vhost_without_hooks_beside_one_with_hooks_is_found_with_its_line()
    {
        var finding = Lint(Good + "vhost other.example {\n}\n").First(f => f.Severity == ProblemSeverity.Error);
        (finding.Rule, finding.Line).ShouldBe(("hooks-missing", 4));
        finding.Why.ShouldContain("other.example");
    }

    [Fact]
    public void A_file_without_any_vhost_asks_nobody() => Lint($"server_id a;\n{Api}").ShouldHaveSingleItem().Rule.ShouldBe("hooks-missing");

    [Fact]
    public void Included_files_are_read_at_their_place()
    {
        var findings = SrsLinter.Lint("srs.conf", $"server_id srs-1;\n{Api}{Vhost}include hooks.conf; }}", (name, _) =>
            name == "hooks.conf" ? (name, $"\n\nhttp_hooks {{ enabled on; {Hooks.Replace("on_play", "on_stop", StringComparison.Ordinal)} }}") : null);
        var finding = findings.ShouldHaveSingleItem();
        (finding.File, finding.Line).ShouldBe(("hooks.conf", 3));
    }

    [Fact]
    public void Files_that_include_each_other_are_a_mistake_and_no_endless_loop() =>
        SrsLinter.Lint("a.conf", "include a.conf;", (name, _) => (name, "include a.conf a.conf;")).ShouldHaveSingleItem().Rule.ShouldBe("syntax");

    [Theory]
    [InlineData("listen 1935; } ", 1, "unexpected '}'")]
    [InlineData("a {\n b;\n", 1, "the block that begins here is not closed: expected '}'")]
    [InlineData("a 'b", 1, "the quoted text is not closed")]
    [InlineData("\n;", 2, "unexpected ';'")]
    [InlineData("\n\nlisten", 3, "'listen' is not ended: expected ';' or '{'")]
    public void A_file_that_SRS_would_not_start_with_is_named_with_its_line(string text, int line, string problem)
    {
        var finding = Lint(text).ShouldHaveSingleItem();
        (finding.Rule, finding.Line).ShouldBe(("syntax", line));
        finding.Why.ShouldStartWith(problem);
    }

    [Fact]
    public void Random_text_ends_in_findings()
    {
        string[] pieces = ["vhost", "a", ";", "{", "}", "\n", "#", "'", "\"", " ", "http_hooks", "include", "enabled on;", "http_api", "listen", ":", "\0"];
        var random = new Random(7);
        for (var round = 0; round < 5000; round++)
        {
            Lint(string.Concat(Enumerable.Range(0, random.Next(1, 50)).Select(_ => pieces[random.Next(pieces.Length)]))).ShouldNotBeNull();
        }

        Lint(string.Concat(Enumerable.Repeat("a{", 300_000))).ShouldHaveSingleItem().Rule.ShouldBe("syntax");
    }

    private static IReadOnlyList<LintFinding> Lint(string text) => SrsLinter.Lint("srs.conf", text, (_, _) => null);
}
