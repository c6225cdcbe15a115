using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Tests.Documentation;

/// <summary>What the front page says of settings, commands, files and addresses is held against the program.</summary>
public sealed class ReadmeTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    public static TheoryData<string, string> Settings
    {
        get
        {
            var settings = new TheoryData<string, string>();
            foreach (Match row in Regex.Matches(Readme, @"^\| `(?<name>[a-z.-]+)` \| `(?<value>[^`]+)` \|", RegexOptions.Multiline, TimeSpan.FromSeconds(5)))
            {
                settings.Add(row.Groups["name"].Value, row.Groups["value"].Value);
            }

            return settings;
        }
    }

    public static TheoryData<string> Commands => [.. CommandLines()];

    public static TheoryData<string> Links => [.. Regex.Matches(Readme, @"\]\((?<link>[^)#]+)\)", RegexOptions.None, TimeSpan.FromSeconds(5))
        .Select(link => link.Groups["link"].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).Distinct()];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_of_the_front_page_has_the_default_that_stands_there(string name, string value)
    {
        var defaults = EffectiveSettings.Of(SupervisorConfiguration.LoadText("empty.conf", "", environment: new Dictionary<string, string>()));
        var setting = defaults.FirstOrDefault(setting => setting.Name == name || setting.Name == $"{name}[0]");
        setting.ShouldNotBeNull($"there is no setting {name}");
        setting.Value.Trim('"').ShouldBe(value.Trim('[', ']', '"') is { Length: > 0 } inner ? inner : value);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_of_the_front_page_is_understood(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandTree.Build().Parse(words).Errors.Select(error => error.Message).ShouldBeEmpty(command);
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void A_link_of_the_front_page_leads_to_a_file(string link) => File.Exists(Path.Combine(Root, link)).ShouldBeTrue(link);

    [Fact]
    public void The_lines_for_SRS_fit_the_configuration_that_serve_runs_with_by_default()
    {
        var standalone = SupervisorConfiguration.LoadText("standalone.conf", File.ReadAllText(Path.Combine(Root, "hocon", "standalone.conf")),
            environment: new Dictionary<string, string>()).Options;
        var address = $"{standalone.Http.Listen[0]}/hooks/v1/{standalone.Origins[0].HookToken}";
        foreach (var hook in new[] { "on_connect", "on_publish", "on_unpublish", "on_close", "on_play" })
        {
            Readme.ShouldMatch($@"\b{hook}\s+{Regex.Escape(address)};");
        }
    }

    /// <summary>Lines of shell blocks that run this program, by either name.</summary>
    private static IEnumerable<string> CommandLines() =>
        from Match block in Regex.Matches(Readme, @"^```sh\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(5))
        from line in block.Groups["lines"].Value.Split('\n')
        let called = Regex.Match(line, @"^(?:streamsupervisor|dotnet run --project src/StreamSupervisor(?: -c Release)? --) (?<arguments>[^#]+)", RegexOptions.None, TimeSpan.FromSeconds(5))
        where called.Success
        select called.Groups["arguments"].Value.Trim();

    private static string Here([CallerFilePath] string path = "") => path;
}
