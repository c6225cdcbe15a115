using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace StreamSupervisor.Server.Manual;

/// <summary>A page of the manual.</summary>
/// <param name="Name">As one asks for it: <c>start</c>.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Text">All of it, in Markdown.</param>
public sealed record ManualPage(string Name, string Title, string Text);

/// <summary>
/// The manual, in English and Chinese: the files of <c>src/StreamSupervisor.Manual</c>, which are part of the program. Where a page has a
/// line <c>&lt;!-- settings --&gt;</c>, the program writes what it knows of itself, so that it is never older than the program.
/// </summary>
/// <param name="commands">The part <c>commands</c> in a language, where the commands are known; null: they are not.</param>
internal sealed partial class ManualBook(Func<string, string>? commands = null)
{
    /// <summary>The page to begin with.</summary>
    public const string First = "start";

    public const string English = "en";
    public const string Chinese = "zh";

    /// <summary>In the order of reading, those that are looked up last.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        First, "recipe", "concepts", "promises", "encoders", "srs", "operate", "troubleshoot", "numbers", "develop",
        "settings", "commands", "api", "metrics", "events", "reasons", "examples",
    ];

    private static readonly FrozenDictionary<string, IReadOnlyList<(string Name, string Title)>> Titles =
        new[] { English, Chinese }.ToFrozenDictionary(language => language, language =>
            (IReadOnlyList<(string, string)>)[.. Names.Select(name => (name, TitleOf(Read(name, language))))]);

    /// <summary>Every page with its title.</summary>
    /// <param name="language"><see cref="English"/> or <see cref="Chinese"/>.</param>
    public static IReadOnlyList<(string Name, string Title)> Contents(string language) => Titles[language];

    /// <summary>A page; null where there is none of this name.</summary>
    public ManualPage? Find(string name, string language)
    {
        if (!Names.Contains(name))
        {
            return null;
        }

        var text = Read(name, language);
        return new ManualPage(name, TitleOf(text), Part().Replace(text, part => PartOf(part.Groups["name"].Value, language)));
    }

    private string PartOf(string name, string language) =>
        name == "commands" ? commands?.Invoke(language) ?? "    streamsupervisor --help" : ManualParts.Of(name, language);

    private static string Read(string name, string language)
    {
        using var file = new StreamReader(
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"manual/{language}/{name}")!, Encoding.UTF8);
        return file.ReadToEnd();
    }

    private static string TitleOf(string text) => text[..text.IndexOf('\n', StringComparison.Ordinal)].TrimStart('#', ' ').TrimEnd();

    [GeneratedRegex("^<!-- (?<name>[a-z.]+) -->$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
