using System.Text.RegularExpressions;
using StreamSupervisor.Commands;
using StreamSupervisor.Commands.Manual;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Tests.Documentation;

/// <summary>What the manual and the front pages say of the program is held against the program, in both languages.</summary>
public sealed partial class ManualTests
{
    /// <summary>Of the letters in the prose of a Chinese page: names such as PostgreSQL stay as they are.</summary>
    private const double LeastChinese = 0.6;

    private static readonly string[] Sections = [.. SettingsSchema.Settings.Select(setting => setting.Path.Split('.', '[')[0]).Distinct()];

    public static TheoryData<string> Texts => [.. DocumentedText.All.Select(text => text.Name)];

    public static TheoryData<string> Pages => [.. ManualBook.Names];

    public static TheoryData<string> Alerts => [.. AlertPages.Names];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Its_commands_are_understood(string name)
    {
        foreach (var line in Find(name).CommandLines)
        {
            CommandTree.Build().Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Errors.Select(error => error.Message).ShouldBeEmpty($"{name}: {line}");
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Its_settings_metrics_and_events_are_there(string name)
    {
        var paths = SettingsSchema.Settings.Select(setting => setting.Path).ToList();
        foreach (var code in Find(name).Code)
        {
            if (Dotted().IsMatch(code) && Sections.Contains(code.Split('.', '[')[0]) && !code.EndsWith(".conf", StringComparison.Ordinal))
            {
                paths.ShouldContain(path => path == code || path.StartsWith(code + ".", StringComparison.Ordinal) || path.StartsWith(code + "[]", StringComparison.Ordinal), $"{name}: {code}");
            }

            if (Event().IsMatch(code))
            {
                NoticeKinds.Names.ShouldContain(code, name);
            }

            if (code.StartsWith("streamsupervisor_", StringComparison.Ordinal))
            {
                ManualParts.Of("metrics", ManualBook.English).ShouldContain($"| `{code.Split('{')[0]}` |", Case.Sensitive, name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Its_links_lead_somewhere(string name)
    {
        var folder = name.Contains('/', StringComparison.Ordinal) && !name.StartsWith('.') ? $"src/StreamSupervisor.Manual/{name.Split('/')[0]}" : Path.GetDirectoryName(name)!;
        foreach (var link in Find(name).Links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            File.Exists(DocumentedText.PathOf(Path.Combine(folder, link.Split('#')[0]))).ShouldBeTrue($"{name}: {link}");
            if (!name.EndsWith(".md", StringComparison.Ordinal))
            {
                // The program has no other files.
                (ManualMarkup.PageOf(link) is { } page ? ManualBook.Names.Contains(page) : AlertPages.Names.Contains(ManualMarkup.AlertOf(link) ?? "")).ShouldBeTrue($"{name}: {link}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_is_the_same_in_both_languages(string page)
    {
        var (english, chinese) = (DocumentedText.Page(page, "en"), DocumentedText.Page(page, "zh"));
        // A drawing has words.
        chinese.Blocks.Where(block => !IsDrawing(block)).ShouldBe(english.Blocks.Where(block => !IsDrawing(block)));
        chinese.Blocks.Count.ShouldBe(english.Blocks.Count);
        chinese.HeadingLevels.ShouldBe(english.HeadingLevels);
        ShareOfChinese(chinese.Prose).ShouldBeGreaterThan(LeastChinese, chinese.Name);
        ShareOfChinese(english.Prose).ShouldBe(0, english.Name);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void The_page_of_an_alert_is_the_same_in_both_languages(string alert)
    {
        var (english, chinese) = (DocumentedText.Alert(alert, "en"), DocumentedText.Alert(alert, "zh"));
        chinese.Text.ShouldStartWith($"# {alert}\n");
        chinese.Text.ShouldContain("**含义。**");
        chinese.Text.ShouldContain("**处理。**");
        chinese.Steps.ShouldBe(english.Steps);
        chinese.Code.ShouldBe(english.Code, ignoreOrder: true);
        var prose = chinese.Prose.Replace("StreamSupervisor", "", StringComparison.Ordinal);
        ShareOfChinese(prose).ShouldBeGreaterThan(LeastChinese, chinese.Name);
        ShareOfChinese(english.Prose).ShouldBe(0, english.Name);
        AlertPages.Find(alert, "zh")!.Text.ShouldBe(chinese.Text);
        AlertPages.Find(alert, "en")!.Text.ShouldBe(english.Text);
    }

    [Fact]
    public void Every_file_of_the_manual_is_a_page()
    {
        foreach (var language in new[] { "en", "zh" })
        {
            Directory.GetFiles(DocumentedText.PathOf($"src/StreamSupervisor.Manual/{language}")).Select(Path.GetFileNameWithoutExtension).ShouldBe(ManualBook.Names, ignoreOrder: true);
        }
    }

    [Fact]
    public void Every_alert_and_every_event_is_in_it()
    {
        foreach (var language in new[] { "en", "zh" })
        {
            DocumentedText.Page("troubleshoot", language).Links.Select(ManualMarkup.AlertOf).Where(alert => alert is not null).ShouldBe(AlertPages.NamesIn(language), ignoreOrder: true);
            EventRow().Matches(DocumentedText.Page("events", language).Text).Select(row => row.Groups["name"].Value).ShouldBe(NoticeKinds.Names);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_can_be_read_in_a_terminal_and_in_a_pipe(string page)
    {
        foreach (var language in new[] { "en", "zh" })
        {
            using var output = new StringWriter();
            (await CommandTree.RunAsync(["manual", page, "--lang", language], output, TextWriter.Null)).ShouldBe(ExitCodes.Ok);
            var text = output.ToString();
            text.ShouldStartWith("# ");
            text.ShouldNotContain("<!--");
            var lines = ManualScreen.Lines(text, 60).ToList();
            // Code is as it is, and a word that is longer than a line stays one.
            lines.Where(line => !line.StartsWith("    ", StringComparison.Ordinal)).Select(line => Sign().Replace(line, ""))
                .Where(line => Cells.WidthOf(line) > 60 && line.Trim().Contains(' ', StringComparison.Ordinal)).ShouldBeEmpty();
            lines.ShouldAllBe(line => !line.Contains("](", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("en", "start     Start in five minutes")]
    [InlineData("zh", "start         五分钟上手")]
    public async Task Without_a_page_it_says_which_there_are(string language, string row)
    {
        using var output = new StringWriter();
        (await CommandTree.RunAsync(["manual", "--lang", language], output, TextWriter.Null)).ShouldBe(ExitCodes.Ok);
        Spaces().Replace(output.ToString(), " ").ShouldContain(Spaces().Replace(row, " "));
        ManualBook.Names.ShouldAllBe(name => output.ToString().Contains($"\n{name} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_that_is_not_there_is_a_mistake_and_the_others_are_named()
    {
        using var error = new StringWriter();
        (await CommandTree.RunAsync(["manual", "nothing"], TextWriter.Null, error)).ShouldBe(ExitCodes.Usage);
        error.ToString().ShouldContain("troubleshoot");
    }

    private static bool IsDrawing(string block) => block.Contains('▶', StringComparison.Ordinal);

    private static double ShareOfChinese(string prose)
    {
        var (chinese, latin) = (prose.Count(one => one is >= '\u4E00' and <= '\u9FFF'), prose.Count(char.IsAsciiLetter));
        return (double)chinese / (chinese + latin);
    }

    private static DocumentedText Find(string name) => DocumentedText.All.Single(text => text.Name == name);

    [GeneratedRegex(@"^[a-z][a-z-]*(\[\])?(\.[a-z][a-z0-9-]*(\[\])?)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dotted();

    [GeneratedRegex(@"^(stream|origin|member)\.[a-z-]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Event();

    [GeneratedRegex(@"^\| `(?<name>[a-z.-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"\e\[\d+m|^ *(?:-|\d+\.) ", RegexOptions.None, 1000)]
    private static partial Regex Sign();

    [GeneratedRegex(" +", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
