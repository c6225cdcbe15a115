using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Tests.Configuration;

public sealed class DashboardOptionsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("enabled = false")]
    [InlineData("path-base = \"/supervisor\"")]
    [InlineData("path-base = \"/a-b/c_d.e\"")]
    [InlineData("title = \"直播 cluster\"")]
    [InlineData("language = zh")]
    [InlineData("links { grafana = \"https://grafana.example/d/x?orgId=1\", traces = \"https://traces.example/trace/{traceId}\" }")]
    public void What_can_be_meant_is_taken(string setting) => ProblemsOf(setting).ShouldBeEmpty();

    [Theory]
    [InlineData("path-base = \"supervisor\"", "dashboard.path-base", "is no beginning of a path")]
    [InlineData("path-base = \"/\"", "dashboard.path-base", "is no beginning of a path")]
    [InlineData("path-base = \"/supervisor/\"", "dashboard.path-base", "is no beginning of a path")]
    [InlineData("path-base = \"//evil.example\"", "dashboard.path-base", "is no beginning of a path")]
    [InlineData("path-base = \"/..\"", "dashboard.path-base", "is no beginning of a path")]
    [InlineData("title = \"1234567890123456789012345678901234567890123456789012345678901\"", "dashboard.title", "is longer than 60")]
    [InlineData("language = de", "dashboard.language", "'de' is not known here")]
    [InlineData("max-feeds = 0", "dashboard.max-feeds", "0 is outside 1 to 10000")]
    [InlineData("links.grafana = \"javascript:alert(1)\"", "dashboard.links.grafana", "is no web address")]
    [InlineData("links.grafana = \"https://ann:secret@grafana.example\"", "dashboard.links.grafana", "is no web address")]
    [InlineData("links.traces = \"traces.example\"", "dashboard.links.traces", "is no web address")]
    [InlineData("links.traces = \"https://traces.example\"", "dashboard.links.traces", "does not say where the id of the trace stands")]
    public void What_is_wrong_is_said(string setting, string path, string message)
    {
        var problem = ProblemsOf(setting).ShouldHaveSingleItem();
        problem.Setting.ShouldBe(path);
        problem.Message.ShouldContain(message);
    }

    private static IReadOnlyList<ConfigProblem> ProblemsOf(string setting) => [.. SupervisorConfiguration.LoadText(
        "test.conf",
        $$"""
        streamsupervisor {
          origins = [ { name = a, api = "http://x:1", hook-token = "0123456789abcdef" } ]
          dashboard { {{setting}} }
        }
        """,
        environment: new Dictionary<string, string>()).Problems];
}
