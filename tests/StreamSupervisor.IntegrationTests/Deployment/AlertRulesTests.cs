using System.Text.RegularExpressions;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Manual;
using StreamSupervisor.Simulator.Servers;
using YamlDotNet.Serialization;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>The alerts of <c>src/Packaging/alerts</c>: each fires when it should, says what to do, and rests on what the program exports.</summary>
public sealed partial class AlertRulesTests
{
    private const string Folder = "src/Packaging/alerts";
    private const string Rules = $"{Folder}/streamsupervisor.rules.yml";
    private const string RuleTests = $"{Folder}/streamsupervisor.rules.test.yml";

    private static readonly IReadOnlyList<IReadOnlyDictionary<string, object>> All =
    [
        .. ((List<object>)ComposeFile.Map(((List<object>)Read(Rules)["groups"])[0])["rules"]).Select(ComposeFile.Map),
    ];

    public static TheoryData<string> Names => [.. All.Select(rule => (string)rule["alert"])];

    [PromtoolFact]
    public async Task Prometheus_finds_the_rules_good()
    {
        var (exitCode, output) = await Promtool.RunAsync("", "check", "rules", RepositoryFiles.PathOf(Rules));
        exitCode.ShouldBe(0, output);
        output.ShouldContain($"{All.Count} rules found");
    }

    [PromtoolFact]
    public async Task Each_fires_when_it_should_and_is_quiet_else()
    {
        var (exitCode, output) = await Promtool.RunAsync("", "test", "rules", RepositoryFiles.PathOf(RuleTests));
        exitCode.ShouldBe(0, output);
        var tested = ((List<object>)Read(RuleTests)["tests"]).Select(ComposeFile.Map).Where(test => test.ContainsKey("alert_rule_test"))
            .Select(test => (string)test["name"]);
        tested.ShouldBe(All.Select(rule => (string)rule["alert"]), "each alert has a test of its name");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_says_how_bad_it_is_what_happened_and_what_to_do(string name)
    {
        var rule = All.Single(one => (string)one["alert"] == name);
        var said = ComposeFile.Map(rule["annotations"]);
        rule.ContainsKey("for").ShouldBeTrue();
        ((string)ComposeFile.Map(rule["labels"])["severity"]).ShouldBeOneOf("info", "warning", "critical");
        ((string)said["summary"]).ShouldEndWith(".");
        ((string)said["description"]).Length.ShouldBeGreaterThan(40);
        ((string)said["runbook_url"]).ShouldEndWith($"}}{AlertPages.Prefix}/{name}");
        ((string)said["dashboard_url"]).ShouldEndWith("/d/streamsupervisor");
        MetricNames.AreExported((string)rule["expr"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_has_a_page_in_both_languages_and_the_commands_of_the_page_are_understood(string name)
    {
        foreach (var (folder, means, act) in new[] { ("runbooks", "What it means.", "Do."), ("runbooks/zh", "含义。", "处理。") })
        {
            var page = RepositoryFiles.Read($"{Folder}/{folder}/{name}.md");
            page.ShouldStartWith($"# {name}\n");
            page.ShouldContain($"**{means}**");
            page.ShouldContain($"**{act}**");
            MetricNames.AreExported(page);
            foreach (var command in Command().Matches(page).Select(match => match.Groups["line"].Value))
            {
                var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                CommandTree.Build().Parse(words).Errors.Select(error => error.Message).ShouldBeEmpty(command);
            }
        }
    }

    [Theory]
    [InlineData("runbooks")]
    [InlineData("runbooks/zh")]
    public void No_page_is_of_an_alert_that_is_not_there(string folder) =>
        Directory.GetFiles(RepositoryFiles.PathOf($"{Folder}/{folder}")).Select(Path.GetFileNameWithoutExtension)
            .ShouldBe(All.Select(rule => (string)rule["alert"]), ignoreOrder: true);

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void The_program_serves_the_page_of_each(string language) =>
        AlertPages.NamesIn(language).ShouldBe(All.Select(rule => (string)rule["alert"]), ignoreOrder: true);

    [PromtoolFact]
    public async Task What_the_program_exports_is_as_Prometheus_wants_it()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        using var settings = new ServeFolder(srs);
        await using var supervisor = await SupervisorProcess.ServeAsync(settings);
        await srs.SendHooksToAsync(settings.Address);
        await (await EncoderEnd.DialAsync(srs[0])).PublishAsync("live/cam1");
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(settings.Management + "/metrics"));

        var (exitCode, output) = await Promtool.RunAsync(page, "check", "metrics");

        (exitCode, output).ShouldBe((0, ""));
        foreach (var name in new[] { "streamsupervisor_build_info", "process_cpu_seconds_total", "dotnet_collections_total", "streamsupervisor_flaps_total",
            "streamsupervisor_hooks_undecided_total", "streamsupervisor_srs_wedged", "streamsupervisor_streams_flapping" })
        {
            page.ShouldContain($"\n{name}");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, settings.Management + "/metrics");
        request.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3");
        using var open = await http.SendAsync(request);
        open.Content.Headers.ContentType!.ToString().ShouldBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
        (await open.Content.ReadAsStringAsync()).ShouldEndWith("\n# EOF\n");
    }

    private static IReadOnlyDictionary<string, object> Read(string path) =>
        ComposeFile.Map(new DeserializerBuilder().Build().Deserialize<object>(RepositoryFiles.Read(path))!);

    [GeneratedRegex("`streamsupervisor (?<line>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();
}
