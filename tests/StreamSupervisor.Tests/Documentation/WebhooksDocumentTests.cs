using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Tests.Documentation;

/// <summary>What people read about webhooks is held against the program.</summary>
public sealed partial class WebhooksDocumentTests
{
    private static readonly string Page = File.ReadAllText(Path.GetFullPath(Path.Combine(
        Path.GetDirectoryName(Here())!, "..", "..", "..", "src", "StreamSupervisor.Server", "Webhooks", "webhooks.md")));

    [Fact]
    public void The_page_lists_every_event() => Row().Matches(Page).Select(row => row.Groups["name"].Value).ShouldBe(NoticeKinds.Names);

    [Fact]
    public void The_manual_lists_every_event()
    {
        var manual = SupervisorConfiguration.ReadEmbedded(SupervisorConfiguration.ReferenceName);
        NoticeKinds.Names.Where(name => !manual.Contains(name, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Its_commands_are_understood()
    {
        foreach (var command in Command().Matches(Page).Select(match => match.Groups["line"].Value))
        {
            CommandTree.Build().Parse(command.Split(' ')).Errors.Select(error => error.Message).ShouldBeEmpty(command);
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^\| `(?<name>[a-z.-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`streamsupervisor (?<line>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();
}
