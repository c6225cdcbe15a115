using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>The settings of an origin cluster: a secret of its own for each server, and a place of its own.</summary>
public sealed class CoworkerSettingsTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("", "", "")]
    [InlineData($"coworkers-token = a{Token}", "", "")]
    [InlineData($"coworkers-token = a{Token}", $"coworkers-token = b{Token}", "")]
    [InlineData("coworkers-token = \"a/b\"", "", "error origins[0].coworkers-token does not fit into a web address")]
    [InlineData("coworkers-token = short", "", "warning origins[0].coworkers-token is shorter than 16 characters")]
    [InlineData($"coworkers-token = 1{Token}", "", "error origins[0].coworkers-token is the hook-token of a server")]
    [InlineData($"coworkers-token = 2{Token}", "", "error origins[0].coworkers-token is the hook-token of a server")]
    [InlineData($"coworkers-token = a{Token}", $"coworkers-token = a{Token}", "error origins[1].coworkers-token is the same as that of origins[0]")]
    [InlineData("play-address = \"10.0.0.9:port\"", "", "error origins[0].play-address is no host and no host:port")]
    [InlineData($"coworkers-token = a{Token}", "play-address = \"10.0.0.5:1935\"", "error origins[1].play-address leads to 10.0.0.5:1935")]
    [InlineData("", "play-address = \"10.0.0.5:1935\"", "")]
    public void Mistakes_are_found(string first, string second, string expected)
    {
        var loaded = SupervisorConfiguration.LoadText("test.conf", $$"""
            streamsupervisor.origins = [
              { name = srs-1, api = "http://10.0.0.5:1985", hook-token = 1{{Token}}, {{first}} }
              { name = srs-2, api = "http://10.0.0.6:1985", hook-token = 2{{Token}}, {{second}} }
            ]
            """, environment: new Dictionary<string, string>());
        if (expected.Length == 0)
        {
            loaded.Problems.ShouldBeEmpty();
            return;
        }

        var problem = loaded.Problems.ShouldHaveSingleItem();
        $"{(problem.Severity == ProblemSeverity.Error ? "error" : "warning")} {problem.Setting} {problem.Message}".ShouldStartWith(expected);
        problem.ToString().ShouldNotContain(Token);
    }
}
