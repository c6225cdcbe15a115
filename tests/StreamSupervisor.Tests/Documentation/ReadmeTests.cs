using System.Text.RegularExpressions;
using StreamSupervisor.Commands.Setup;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Tests.Documentation;

/// <summary>What a newcomer copies from the front pages and from the first page of the manual is held against the program.</summary>
public sealed partial class ReadmeTests
{
    private const int MostWords = 800;

    private static readonly DocumentedText English = DocumentedText.Readme("README.md");
    private static readonly DocumentedText Chinese = DocumentedText.Readme(".github/README.zh.md");

    public static TheoryData<string, string, string> Settings
    {
        get
        {
            var settings = new TheoryData<string, string, string>();
            foreach (var language in new[] { "en", "zh" })
            {
                foreach (Match row in SettingRow().Matches(DocumentedText.Page("operate", language).Text))
                {
                    settings.Add(language, row.Groups["name"].Value, row.Groups["value"].Value);
                }
            }

            return settings;
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_that_people_change_has_the_default_that_stands_there(string language, string name, string value)
    {
        var defaults = EffectiveSettings.Of(SupervisorConfiguration.LoadText("empty.conf", "", environment: new Dictionary<string, string>()));
        var setting = defaults.FirstOrDefault(setting => setting.Name == name || setting.Name == $"{name}[0]");
        setting.ShouldNotBeNull($"{language}: there is no setting {name}");
        Spanned(setting.Value.Trim('"')).ShouldBe(Spanned(value.Trim('[', ']', '"') is { Length: > 0 } inner ? inner : value));
    }

    [Fact]
    public void The_lines_for_SRS_fit_the_configuration_that_serve_runs_with_by_default()
    {
        var standalone = SupervisorConfiguration.LoadText("standalone.conf", SupervisorConfiguration.ReadEmbedded("standalone.conf"),
            environment: new Dictionary<string, string>()).Options;
        var address = $"{standalone.Http.Listen[0]}/hooks/v1/{standalone.Origins[0].HookToken}";
        foreach (var text in new[] { English, Chinese })
        {
            foreach (var hook in new[] { "on_connect", "on_publish", "on_unpublish", "on_close", "on_play" })
            {
                text.Text.ShouldMatch($@"\b{hook}\s+{Regex.Escape(address)};", text.Name);
            }
        }
    }

    [Fact]
    public void The_lines_for_SRS_on_the_first_page_of_the_manual_are_those_that_the_program_prints()
    {
        var shown = DocumentedText.Page("start", "en").Blocks.Single(block => block.Contains("http_hooks {", StringComparison.Ordinal));
        var origin = new OriginOptions { Name = "srs-1", Api = "http://127.0.0.1:1985", HookToken = Token().Match(shown).Groups["token"].Value };
        shown.ShouldBe($"```\n{SrsLines.Of(origin, new Uri("http://127.0.0.1:8085"))}```");
    }

    [Fact]
    public void Both_front_pages_have_the_same_blocks_and_the_command_of_the_gate()
    {
        // What the demo prints is in the language of the page.
        Chinese.Blocks.Where(block => block.StartsWith("```sh", StringComparison.Ordinal)).ShouldBe(English.Blocks.Where(block => block.StartsWith("```sh", StringComparison.Ordinal)));
        var gate = Regex.Match(File.ReadAllText(DocumentedText.PathOf(".ci/run")), "^dotnet test[^|\n]*?(?= 2>&1)", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Value;
        gate.ShouldNotBeEmpty();
        English.Blocks.ShouldContain(block => block.Contains($"\n{gate}\n", StringComparison.Ordinal));
        English.CommandLines.ShouldContain("demo");
    }

    [Fact]
    public void The_front_page_is_short() => Word().Count(English.Prose).ShouldBeLessThan(MostWords);

    [Fact]
    public void The_Chinese_front_page_is_Chinese() =>
        Chinese.Prose.Count(one => one is >= '\u4E00' and <= '\u9FFF').ShouldBeGreaterThan(Chinese.Prose.Count(char.IsAsciiLetter));

    /// <summary>Seven days may stand there as hours.</summary>
    private static string Spanned(string value) => Duration.TryParse(value, out var span) ? span.ToString() : value;

    [GeneratedRegex(@"^\| `(?<name>[a-z.-]+)` \| `(?<value>[^`]+)` \|", RegexOptions.Multiline, 5000)]
    private static partial Regex SettingRow();

    [GeneratedRegex("/hooks/v1/(?<token>[0-9a-f]{32});", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"[A-Za-z][A-Za-z'’-]*", RegexOptions.None, 5000)]
    private static partial Regex Word();
}
