using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Tests.Documentation;

/// <summary>A text for people, taken apart: its shell blocks, its words in code, its prose.</summary>
internal sealed partial class DocumentedText(string name, string text)
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    public string Name { get; } = name;

    public string Text { get; } = text;

    /// <summary>The page as it stands in its file, without what the program writes into it.</summary>
    public static DocumentedText Page(string page, string language) =>
        new($"{language}/{page}", Read($"src/StreamSupervisor.Manual/{language}/{page}.md"));

    /// <summary>What an alert means and what to do.</summary>
    public static DocumentedText Alert(string alert, string language) =>
        new($"{language}/{alert}", Read($"src/Packaging/alerts/runbooks/{(language == "zh" ? "zh/" : "")}{alert}.md"));

    public static DocumentedText Readme(string path) => new(path, Read(path));

    /// <summary>Every page of the manual in both languages, and both front pages.</summary>
    public static IEnumerable<DocumentedText> All =>
    [
        .. ManualBook.Names.SelectMany(page => new[] { Page(page, "en"), Page(page, "zh") }), Readme("README.md"), Readme(".github/README.zh.md"),
    ];

    /// <summary>The blocks in fences, with the name of their language.</summary>
    public IReadOnlyList<string> Blocks => [.. Fenced().Matches(Text).Select(block => block.Value)];

    /// <summary>Lines of shell blocks that run this program, by either name: what stands behind it.</summary>
    public IEnumerable<string> CommandLines =>
        from block in Blocks
        where block.StartsWith("```sh\n", StringComparison.Ordinal)
        from line in block.Split('\n')
        let called = Called().Match(line)
        where called.Success
        select called.Groups["arguments"].Value.Trim();

    /// <summary>Words in code within the prose.</summary>
    public IEnumerable<string> Code => InCode().Matches(WithoutBlocks).Select(code => code.Groups["code"].Value);

    /// <summary>Where links lead.</summary>
    public IEnumerable<string> Links => Link().Matches(WithoutBlocks).Select(link => link.Groups["link"].Value);

    /// <summary>What is left without code and addresses.</summary>
    public string Prose => Comment().Replace(InCode().Replace(Link().Replace(WithoutBlocks, "]"), ""), "");

    public IReadOnlyList<int> HeadingLevels => [.. Heading().Matches(WithoutBlocks).Select(heading => heading.Groups["level"].Length)];

    /// <summary>How many steps its lists have.</summary>
    public int Steps => Step().Count(WithoutBlocks);

    public static string PathOf(string path) => Path.Combine(Root, path);

    public override string ToString() => Name;

    private string WithoutBlocks => Fenced().Replace(Text, "");

    private static string Read(string path) => File.ReadAllText(PathOf(path));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("^```[a-z]*\n.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^(?:streamsupervisor|dotnet run --project src/StreamSupervisor(?: -c Release)? --) (?<arguments>[^#]+)", RegexOptions.None, 5000)]
    private static partial Regex Called();

    [GeneratedRegex("`(?<code>[^`\n]+)`", RegexOptions.None, 5000)]
    private static partial Regex InCode();

    [GeneratedRegex(@"\]\((?<link>[^)]+)\)", RegexOptions.None, 5000)]
    private static partial Regex Link();

    [GeneratedRegex("<!--.*?-->", RegexOptions.None, 5000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.Multiline, 5000)]
    private static partial Regex Step();

    [GeneratedRegex("^(?<level>#+) ", RegexOptions.Multiline, 5000)]
    private static partial Regex Heading();
}
