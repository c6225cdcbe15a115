using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration.SrsLint;

/// <summary>What real SRS 5, 6 and 7 refused to start with is an error that says so; what they started with is none.</summary>
public sealed class StartRulesTests
{
    private const string Vhost = "vhost a { ";

    [Theory]
    [InlineData("", "listen-missing")]
    [InlineData("pid x;", "listen-missing")]
    [InlineData("listen rtmp;", "listen-port")]
    [InlineData("listen 1935 max_connections 1000;", "listen-port")]
    [InlineData("listen 70000;", "listen-port")]
    [InlineData("listen 1935; asprocess on;", "conflict")]
    [InlineData("listen 1935; is_full on;", "full-conf")]
    [InlineData("listen 1935; http_api { port 1985; }", "unknown-directive")]
    [InlineData("listen 1935; http_api { auth { user a; } }", "unknown-directive")]
    [InlineData("listen 1935; http_server { port 80; }", "unknown-directive")]
    [InlineData("listen 1935; srt_server { streamid x; }", "unknown-directive")]
    [InlineData("listen 1935; heartbeat { token x; }", "unknown-directive")]
    [InlineData($"listen 1935; {Vhost} security {{ enabled on; seo on; }} }}", "unknown-directive")]
    [InlineData($"listen 1935; {Vhost} forward {{ enabled on; to 10.0.0.6; }} }}", "unknown-directive")]
    [InlineData($"listen 1935; {Vhost} hls {{ fragment 3; }} }}", "unknown-directive")]
    [InlineData($"listen 1935; {Vhost} cluster {{ edge on; }} }}", "unknown-directive")]
    [InlineData($"listen 1935; {Vhost} http_remux {{ enabled off; }} http_remux {{ enabled on; }} }}", "conflict")]
    [InlineData($"listen 1935; {Vhost} hls {{ enabled on; }} http_remux {{ enabled on; mount /a.ts; }} }}", "conflict")]
    [InlineData($"listen 1935; {Vhost} forward {{ enabled on; }} publish {{ kickoff_for_idle on; }} }}", "conflict")]
    public void What_SRS_does_not_start_with_is_said(string text, string rule)
    {
        var finding = Refusals(text).ShouldHaveSingleItem();
        (finding.Rule, finding.Severity).ShouldBe((rule, ProblemSeverity.Error));
    }

    [Theory]
    [InlineData("listen 1935 127.0.0.1:19350 [::]:1936;")]
    [InlineData("listen 1935; asprocess on; daemon off;")]
    [InlineData("listen 1935; stream_caster { enabled off; anything on; }")]
    [InlineData("listen 1935; srt_server { tlpkdrop on; }")]
    [InlineData($"listen 1935; {Vhost} transcode x {{ engine y {{ anything z; }} }} }}")]
    [InlineData($"listen 1935; {Vhost} security {{ enabled on; allow play all; deny publish 10.0.0.1; }} }}")]
    [InlineData($"listen 1935; {Vhost} hls {{ enabled on; }} http_remux {{ enabled on; mount /a.flv; }} }}")]
    public void What_SRS_starts_with_is_not(string text) => Refusals(text).ShouldBeEmpty();

    private static IReadOnlyList<LintFinding> Refusals(string text) =>
        [.. SrsLinter.Lint("srs.conf", text, (_, _) => null).Where(finding => finding.Why.Contains("not start", StringComparison.Ordinal))];
}
