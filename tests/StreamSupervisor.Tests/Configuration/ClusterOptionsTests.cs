using StreamSupervisor.Srs.Configuration;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Tests.Configuration;

public sealed class ClusterOptionsTests
{
    private const string Good = """
        storage { provider = postgres, postgres.connection-string = "Host=db" }
        cluster { enabled = true, advertise = "http://10.0.0.1:8560", secret = "0123456789abcdef" }
        origins = [ { name = a, api = "http://x:1", hook-token = "0123456789abcdef" } ]
        """;

    [Fact]
    public void A_cluster_needs_a_database_an_address_and_a_secret_and_no_more()
    {
        var loaded = Load("");
        loaded.Problems.ShouldBeEmpty();
        loaded.Options.Cluster.Listen.ShouldBe(["http://127.0.0.1:8560"]);
        loaded.Options.Cluster.Secrets.ShouldBe(["0123456789abcdef"]);
        loaded.Options.Cluster.EffectiveName.ShouldNotBeEmpty();
        Load("cluster { name = one, previous-secret = fedcba9876543210 }").Options.Cluster.Secrets.ShouldBe(["0123456789abcdef", "fedcba9876543210"]);
    }

    [Theory]
    [InlineData("storage.provider = sqlite", "cluster.enabled", "needs storage.provider = postgres")]
    [InlineData("cluster.enabled = false", "cluster.enabled", "also for a single member")]
    [InlineData("cluster.name = \"two words\"", "cluster.name", "is no good name")]
    [InlineData("cluster.advertise = \"\"", "cluster.advertise", "is missing")]
    [InlineData("cluster.advertise = \"10.0.0.1:8560\"", "cluster.advertise", "is no http or https address")]
    [InlineData("cluster.advertise = \"http://10.0.0.1:8560/peers\"", "cluster.advertise", "Write http://10.0.0.1:8560")]
    [InlineData("cluster.advertise = \"http://10.0.0.1:8560/\"", "cluster.advertise", "holds more")]
    [InlineData("cluster.advertise = \"http://0.0.0.0:8560\"", "cluster.advertise", "nobody can call")]
    [InlineData("cluster.listen = []", "cluster.listen", "holds no address")]
    [InlineData("cluster.listen = [\"http://127.0.0.1:8085\"]", "cluster.listen[0]", "is the same port as http.listen[0]")]
    [InlineData("cluster.listen = [\"https://127.0.0.1:8560\"]", "cluster.listen[0]", "is not plain HTTP")]
    [InlineData("cluster.secret = \"\"", "cluster.secret", "is missing")]
    [InlineData("cluster.secret = short", "cluster.secret", "may be guessed")]
    [InlineData("cluster.previous-secret = short", "cluster.previous-secret", "may be guessed")]
    [InlineData("cluster.lease.ttl = 500ms", "cluster.lease.ttl", "is outside")]
    [InlineData("cluster.lease.renew = 2s", "cluster.lease.renew", "fewer than 3 renewals")]
    [InlineData("management.allow = [\"10.0.0.1/99\"]", "management.allow[0]", "is no network")]
    public void A_mistake_is_an_error_that_names_setting_and_fix(string line, string setting, string says)
    {
        var problem = Load(line).Problems.First(p => p.Severity == ProblemSeverity.Error);
        problem.Setting.ShouldBe(setting);
        problem.ToString().ShouldContain(says);
    }

    [Fact]
    public void What_is_not_enabled_takes_no_port_and_asks_for_nothing() =>
        SupervisorConfiguration.LoadText("test.conf", "streamsupervisor { origins = [ { name = a, api = \"http://x:1\", hook-token = \"0123456789abcdef\" } ], management.listen = [\"http://127.0.0.1:8560\"] }",
            environment: new Dictionary<string, string>()).Problems.ShouldBeEmpty();

    [Fact]
    public void The_secrets_are_shown_to_nobody() =>
        EffectiveSettings.Of(Load("cluster.previous-secret = fedcba9876543210")).Where(s => s.Name.EndsWith("secret", StringComparison.Ordinal) && s.Name.StartsWith("cluster", StringComparison.Ordinal))
            .ShouldAllBe(s => s.Value == EffectiveSettings.Mask);

    private static LoadedConfiguration Load(string line) =>
        SupervisorConfiguration.LoadText("test.conf", $"streamsupervisor {{\n{Good}\n{line}\n}}", environment: new Dictionary<string, string>());
}
