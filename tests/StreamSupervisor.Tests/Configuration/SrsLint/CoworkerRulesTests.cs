using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration.SrsLint;

/// <summary>The origin cluster of a vhost: whom SRS asks where a stream is.</summary>
public sealed class CoworkerRulesTests
{
    private const string Hook = "0123456789abcdef";
    private const string Token = "fedcba9876543210";
    private const string Url = $"http://10.0.0.2:8085/hooks/v1/{Hook}";
    private const string Coworkers = $"10.0.0.2:8085/coworkers/v1/{Token}";
    private const string Cluster = $"cluster {{ mode local; origin_cluster on; coworkers {Coworkers} 10.0.0.6:1985; }}";
    private const string Good = $$"""
        listen 1935;
        server_id srs-1;
        http_api { enabled on; listen 10.0.0.5:1985; auth { enabled on; username a; password b; } }
        vhost __defaultVhost__ { tcp_nodelay on; publish { firstpkt_timeout 7000; normal_timeout 5000; }
            {{Cluster}}
            http_hooks { enabled on; on_connect {{Url}}; on_publish {{Url}}; on_unpublish {{Url}}; on_close {{Url}}; on_play {{Url}}; } }
        """;

    private static readonly ExpectedSupervisor Supervisor = new(["http://*:8085"],
        [
            new("srs-1", Hook, "http://10.0.0.5:1985", "a", "b", Token),
            new("srs-2", "hook-token-of-srs-2", "http://10.0.0.6:1985", null, null, "coworkers-token-of-srs-2"),
        ]);

    [Fact]
    public void Lines_that_fit_have_no_findings()
    {
        Lint(Good, null).ShouldBeEmpty();
        Lint(Good, Supervisor).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Coworkers, "", "coworkers", "warning", 5)]
    [InlineData($"coworkers {Coworkers} 10.0.0.6:1985;", "", "coworkers-missing", "warning", 5)]
    [InlineData($"{Coworkers} 10.0.0.6:1985", $"10.0.0.6:1985 {Coworkers}", "coworkers-order", "warning", 5)]
    [InlineData(Coworkers, $"http://{Coworkers}", "coworkers-address", "error", 5)]
    [InlineData(Coworkers, $"{Coworkers}/", "coworkers-token", "error", 5)]
    [InlineData(Coworkers, "10.0.0.2:8085/coworkers/v1/", "coworkers-token", "error", 5)]
    [InlineData(Coworkers, $"supervisor:8085/coworkers/v1/{Token}", "coworkers-host-name", "warning", 5)]
    [InlineData(Cluster, "cluster { mode remote; origin 10.0.0.5:1935 10.0.0.6:1935; }", "edge-origins", "warning", 5)]
    public void What_does_not_lead_players_to_their_stream_is_found(string good, string bad, string rule, string severity, int line)
    {
        var finding = Lint(Good.Replace(good, bad, StringComparison.Ordinal), null).Where(one => one.Rule != "relay").ShouldHaveSingleItem();
        (finding.Rule, finding.Line).ShouldBe((rule, line));
        finding.ToString().ShouldStartWith(severity);
        finding.ToString().ShouldNotContain(Token);
        finding.Fix.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(Token, "nobody-s", "coworkers-token", "error", 5, "no coworkers-token of an origin")]
    [InlineData(Token, Hook, "coworkers-token", "error", 5, "is a hook-token")]
    [InlineData(Token, "coworkers-token-of-srs-2", "coworkers-token", "error", 5, "is that of srs-2, and the hooks are those of srs-1")]
    [InlineData("10.0.0.6:1985", "10.0.0.3:8085", "coworkers-token", "error", 5, "without a token")]
    [InlineData("8085/coworkers", "8086/coworkers", "coworkers-port", "warning", 5, "listens on 8085")]
    [InlineData(Cluster, "", "coworkers-missing", "warning", 4, "asks nobody where a stream is")]
    public void What_differs_from_the_settings_is_found(string good, string bad, string rule, string severity, int line, string says)
    {
        var finding = Lint(Good.Replace(good, bad, StringComparison.Ordinal), Supervisor).ShouldHaveSingleItem();
        (finding.Rule, finding.Line).ShouldBe((rule, line));
        finding.ToString().ShouldStartWith(severity);
        finding.ToString().ShouldContain(says);
        finding.ToString().ShouldNotContain(Hook);
    }

    [Fact]
    public void A_server_without_a_token_for_it_needs_no_origin_cluster() =>
        Lint(Good.Replace(Cluster, "", StringComparison.Ordinal), Supervisor with { Origins = [Supervisor.Origins[0] with { CoworkersToken = "" }] })
            .ShouldBeEmpty();

    private static IReadOnlyList<LintFinding> Lint(string text, ExpectedSupervisor? supervisor) => SrsLinter.Lint("srs.conf", text,
        (_, _) => null, supervisor);
}
