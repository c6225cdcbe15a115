using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using StreamSupervisor.Commands;
using StreamSupervisor.Commands.Completion;
using StreamSupervisor.Commands.Manual;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Tests.Documentation;

/// <summary>What the program writes into its manual is all that there is.</summary>
public sealed class ManualReferenceTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Every_setting_stands_there_with_its_default(string language)
    {
        var page = TextOf("settings", language);
        var defaults = EffectiveSettings.Of(SupervisorConfiguration.LoadText("empty.conf", "", environment: new Dictionary<string, string>())).ToDictionary(one => one.Name, one => one.Value);
        SettingsSchema.Settings.ShouldAllBe(setting => page.Contains($"| `{setting.Path}` |", StringComparison.Ordinal));
        foreach (var (name, value) in defaults.Where(one => !one.Key.Contains('[', StringComparison.Ordinal)))
        {
            page.ShouldContain($"| `{name}` | `{value}` |");
        }

        page.ShouldContain(SupervisorConfiguration.ReadEmbedded(SupervisorConfiguration.ReferenceName).TrimEnd());
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Every_reason_of_refusal_stands_there(string language)
    {
        var page = TextOf("reasons", language);
        RefusalCatalog.All.ShouldAllBe(one => page.Contains($"| `{one.Name}` | {one.Code} |", StringComparison.Ordinal)
            && page.Contains(language == "zh" ? one.Chinese : one.English, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Every_command_stands_there_with_its_options(string language)
    {
        var page = TextOf("commands", language);
        foreach (var shape in CommandShape.All(CommandTree.Build()).Where(shape => shape.Path.Length > 0))
        {
            var section = page[(page.IndexOf($"## streamsupervisor{shape.Path}\n", StringComparison.Ordinal) is >= 0 and var begin ? begin : throw new ShouldAssertException(shape.Path))..];
            section = section.IndexOf("\n## ", StringComparison.Ordinal) is > 0 and var end ? section[..end] : section;
            shape.Options.SelectMany(option => option.Names).Where(name => name is not ("--help" or "-h")).ShouldAllBe(name => section.Contains($"`{name}`", StringComparison.Ordinal), shape.Path);
        }
    }

    [Fact]
    public void Every_command_is_explained_in_Chinese_and_no_other() =>
        CommandMeanings.Zh.Keys.ShouldBe(CommandShape.Paths(CommandShape.All(CommandTree.Build())).Select(path => path.Trim()).Where(path => path.Length > 0),
            ignoreOrder: true, "write what it does into CommandMeanings.cs");

    [Fact]
    public void A_supervisor_that_was_not_told_its_commands_says_where_they_are() =>
        new ManualBook().Find("commands", "en")!.Text.ShouldEndWith("    streamsupervisor --help\n");

    [Fact]
    public void For_a_browser_links_lead_to_pages_code_can_be_scrolled_by_keyboard_and_markup_is_text()
    {
        var html = ManualMarkup.ToHtml("# A page\n\n[words](concepts.md#the-words), [alert](../../Packaging/alerts/runbooks/StreamSupervisorFight.md), <b>\n\n```sh\nls <a>\n```\n", "/base/ui/manual");
        html.ShouldContain("<h1 id=\"a-page\">");
        html.ShouldContain("href=\"/base/ui/manual/concepts#the-words\"");
        html.ShouldContain("href=\"/base/ui/manual/alerts/StreamSupervisorFight\"");
        ManualMarkup.AlertOf("../../Packaging/alerts/runbooks/zh/StreamSupervisorFight.md").ShouldBe("StreamSupervisorFight", "it is chosen by the language of the reader");
        html.ShouldContain("&lt;b&gt;");
        html.ShouldMatch("<pre[^>]* tabindex=\"0\">");
        html.ShouldContain("ls &lt;a&gt;");
    }

    [Theory]
    [InlineData("", "**Do.**")]
    [InlineData("en-GB,zh;q=0.5", "**Do.**")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "**处理。**")]
    public void The_page_of_an_alert_is_in_the_language_that_its_reader_asks_for_first(string accepted, string said)
    {
        var call = new DefaultHttpContext();
        call.Request.Headers.AcceptLanguage = accepted;
        AlertPages.PlainText(call, "StreamSupervisorFight").ShouldBeOfType<ContentHttpResult>().ResponseContent.ShouldNotBeNull().ShouldContain(said);
        AlertPages.PlainText(call, "nothing").ShouldBeOfType<ContentHttpResult>().StatusCode.ShouldBe(StatusCodes.Status404NotFound);
    }

    private static string TextOf(string page, string language) => new ManualBook(CommandReference.Of).Find(page, language)!.Text;
}
