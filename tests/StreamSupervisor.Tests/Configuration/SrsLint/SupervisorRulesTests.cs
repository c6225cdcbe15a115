using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration.SrsLint;

/// <summary>An SRS configuration held against the settings of its supervisor.</summary>
public sealed class SupervisorRulesTests
{
    private const string Token = "0123456789abcdef";
    private const string Url = $"http://10.0.0.2:8085/hooks/v1/{Token}";
    private const string Good = $$"""
        listen 1935;
        server_id srs-1;
        http_api { enabled on; listen 10.0.0.5:1985; auth { enabled on; username a; password b; } }
        vhost __defaultVhost__ { tcp_nodelay on; publish { firstpkt_timeout 7000; normal_timeout 5000; }
            http_hooks { enabled on; on_connect {{Url}}; on_publish {{Url}}; on_unpublish {{Url}}; on_close {{Url}}; on_play {{Url}}; } }
        """;

    private static readonly ExpectedSupervisor Supervisor = new(["http://127.0.0.1:8085", "http://*:8085"],
        [new("srs-1", Token, "http://10.0.0.5:1985", "a", "b"), new("srs-2", "another-token-of-srs-2", "http://10.0.0.6:1985", null,
            null)]);

    [Fact]
    public void A_file_that_fits_has_no_findings() => Lint(Good, Supervisor).ShouldBeEmpty();

    [Theory]
    [InlineData($"on_close {Url}", "on_close http://10.0.0.2:8085/hooks/v1/nobody-s", "hook-token", "error", 5)]
    [InlineData($"on_close {Url}", "on_close http://10.0.0.2:8085/hooks/v1/another-token-of-srs-2", "hook-token", "error", 1)]
    [InlineData(":8085", ":8086", "hook-port", "warning", 5)]
    [InlineData("10.0.0.5:1985", "10.0.0.5:1986", "api-port", "warning", 3)]
    [InlineData("10.0.0.5:1985", "127.0.0.1:1985", "api-unreachable", "error", 3)]
    [InlineData("password b", "password c", "api-login", "error", 3)]
    public void What_differs_is_found_at_its_line(string good, string bad, string rule, string severity, int line)
    {
        var text = Good.Replace(good, bad, StringComparison.Ordinal);
        var finding = Lint(text, Supervisor).Where(one => one.Rule != "hook-urls-differ").ShouldHaveSingleItem();
        (finding.Rule, finding.Line).ShouldBe((rule, line));
        finding.ToString().ShouldStartWith(severity);
        finding.ToString().ShouldNotContain(Token);
        Lint(text, null).ShouldAllBe(one => one.Rule == "hook-urls-differ");
    }

    [Fact]
    public void Hooks_from_another_machine_do_not_reach_a_listener_on_loopback() =>
        Lint(Good, Supervisor with { Listen = ["http://127.0.0.1:8085"] }).ShouldHaveSingleItem().Rule.ShouldBe("hook-unreachable");

    [Fact]
    public void Https_hooks_and_callers_over_SRT_without_a_stream_are_pointed_out()
    {
        Lint(Good.Replace("http://10.0.0.2", "https://10.0.0.2", StringComparison.Ordinal), null).ShouldHaveSingleItem()
            .Rule.ShouldBe("hook-https");
        Lint(Good + "\nsrt_server { enabled on; }", null).ShouldHaveSingleItem().Rule.ShouldBe("srt-default-stream");
        Lint(Good + "\nsrt_server { enabled on; default_streamid x; }", null).ShouldBeEmpty();
    }

    private static IReadOnlyList<LintFinding> Lint(string text, ExpectedSupervisor? supervisor) => SrsLinter.Lint("srs.conf", text,
        (_, _) => null, supervisor);
}
