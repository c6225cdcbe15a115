using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Validation;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>What everybody can read protects nothing.</summary>
public sealed partial class PublishedSecretsTests
{
    private const string Ours = "0123456789abcdef";

    [Theory]
    [InlineData("origins[0].hook-token", OriginsValidator.PublishedToken, Ours, "http.listen = [\"http://0.0.0.0:8085\"]")]
    [InlineData("origins[0].hook-token", OriginsValidator.PublishedToken, Ours, "management.listen = [\"http://10.0.0.1:8558\"]")]
    [InlineData("origins[0].hook-token", "compose-srs-1-hooks", Ours, "http.listen = [\"http://*:8085\"]")]
    [InlineData("api.keys[0].key", Ours, "compose-control-room-key", "http.listen = [\"http://0.0.0.0:8085\"]")]
    public void A_published_secret_is_an_error_where_other_machines_reach_a_listener(string setting, string token, string key, string listen)
    {
        Errors(token, key, listen).ShouldBe([setting]);
        Errors(token, key, "").ShouldBeEmpty("on loopback it is good for a try");
    }

    [Fact]
    public void So_is_that_of_the_cluster()
    {
        const string cluster = """
            storage { provider = postgres, postgres.connection-string = "Host=db" }
            cluster { enabled = true, advertise = "http://10.0.0.1:8560", listen = ["http://0.0.0.0:8560"], secret = "compose-cluster-secret-0123456789" }
            """;
        Errors(Ours, Ours + "k", cluster).ShouldBe(["cluster.secret"]);
    }

    [Fact]
    public void No_file_that_is_published_holds_a_secret_that_is_not_known_here()
    {
        foreach (var file in new[] { "standalone.conf", "cluster.conf", "reference.conf" })
        {
            foreach (var secret in Secret().Matches(SupervisorConfiguration.ReadEmbedded(file)).Select(match => match.Groups["secret"].Value).Where(one => !one.EndsWith('…')))
            {
                Errors(secret, Ours + "k", "http.listen = [\"http://0.0.0.0:8085\"]").ShouldBe(["origins[0].hook-token"], $"{secret} in {file}");
            }
        }
    }

    private static List<string> Errors(string token, string key, string more) =>
    [
        .. SupervisorConfiguration.LoadText("test.conf", $$"""
            streamsupervisor {
              origins = [ { name = a, api = "http://127.0.0.1:1985", hook-token = "{{token}}" } ]
              api.keys = [ { name = ann, role = operate, key = "{{key}}" } ]
              {{more}}
            }
            """, environment: new Dictionary<string, string>()).Problems.Where(problem => problem.Severity == ProblemSeverity.Error).Select(problem => problem.Setting),
    ];

    [GeneratedRegex("(?m)^[^#]*(hook-token|secret|key) = \"(?<secret>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Secret();
}
