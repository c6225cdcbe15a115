using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace StreamSupervisor.Tests.Architecture;

/// <summary>
/// The house has floors, and stairs that lead down only. Read off the usings, so that a circle shows in the change that makes it.
/// </summary>
public sealed partial class HouseTests
{
    private const int LongestFile = 250;
    private const int LongestLine = 140;

    /// <summary>Lines that are neither blank nor a comment, of Domain, Srs and Actors together.</summary>
    private const int MostOfTheHeart = 17_000;

    private static readonly string s_source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "src"));

    /// <summary>Each project, and those below it that it may use.</summary>
    private static readonly Dictionary<string, string[]> s_floors = new()
    {
        ["StreamSupervisor.Domain"] = [],
        ["StreamSupervisor.Srs"] = ["StreamSupervisor.Domain"],
        ["StreamSupervisor.Client"] = [],
        ["StreamSupervisor.Simulator"] = [],
        ["StreamSupervisor.Actors"] = ["StreamSupervisor.Domain", "StreamSupervisor.Srs"],
        ["StreamSupervisor.Server"] = ["StreamSupervisor.Domain", "StreamSupervisor.Srs", "StreamSupervisor.Actors", "StreamSupervisor.Client"],
        ["StreamSupervisor"] =
        [
            "StreamSupervisor.Domain", "StreamSupervisor.Srs", "StreamSupervisor.Actors", "StreamSupervisor.Server", "StreamSupervisor.Client",
            "StreamSupervisor.Simulator",
        ],
    };

    [Fact]
    public void No_project_uses_one_above_it()
    {
        var wrong = Files().SelectMany(file => file.Uses.Select(used => (file.Path, file.Project, Used: ProjectOf(used))))
            .Where(use => use.Used != use.Project && !s_floors[use.Project].Contains(use.Used))
            .Select(use => $"{use.Path} uses {use.Used}");
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void No_folder_imports_one_that_leads_back_to_it()
    {
        var imports = Files().Where(file => file.Project != "StreamSupervisor.Simulator").GroupBy(file => file.Namespace)
            .ToDictionary(folder => folder.Key, folder => folder.SelectMany(file => file.Uses).Where(used => used != folder.Key).ToHashSet());
        var circle = imports.Keys.ToHashSet();

        // Whoever leads to nobody that is left stands in no circle; taken away one after another, circles and what leads to them are left.
        while (circle.RemoveWhere(folder => !imports[folder].Overlaps(circle)) > 0)
        {
        }

        circle.Select(folder => $"{folder} imports {string.Join(", ", imports[folder].Where(circle.Contains))}").ShouldBeEmpty();
    }

    [Fact]
    public void The_heart_stays_small_enough_for_one_head()
    {
        var lines = Paths().Where(path => Path.GetRelativePath(s_source, path).Split(Path.DirectorySeparatorChar)[0] is "StreamSupervisor.Domain"
                or "StreamSupervisor.Srs" or "StreamSupervisor.Actors")
            .SelectMany(File.ReadLines).Count(line => line.AsSpan().Trim() is { Length: > 0 } text && !text.StartsWith("//"));
        lines.ShouldBeLessThan(MostOfTheHeart);
    }

    [Fact]
    public void No_file_is_too_long_to_read_at_once() =>
        Files().Where(file => file.Lines > LongestFile)
            .Select(file => $"{file.Path} has {file.Lines} lines").ShouldBeEmpty();

    [Fact]
    public void No_line_is_too_long_to_stand_beside_another() =>
        Paths().SelectMany(path => File.ReadLines(path).Select((line, index) => (path, index, line.Length)))
            .Where(line => line.Length > LongestLine)
            .Select(line => $"{Path.GetRelativePath(s_source, line.path)}:{line.index + 1} has {line.Length} characters").ShouldBeEmpty();

    private static IEnumerable<SourceFile> Files() => Paths().Select(Read);

    private static IEnumerable<string> Paths() => Directory.EnumerateFiles(s_source, "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static SourceFile Read(string path)
    {
        var (relative, text) = (Path.GetRelativePath(s_source, path), File.ReadAllText(path));
        var project = relative[..relative.IndexOf(Path.DirectorySeparatorChar, StringComparison.Ordinal)];
        var own = Namespace().Match(text) is { Success: true } match ? match.Groups["name"].Value : project;
        return new SourceFile(relative, project, own, [.. Using().Matches(text).Select(used => used.Groups["name"].Value)], text.Split('\n').Length - 1);
    }

    private static string ProjectOf(string used) =>
        s_floors.Keys.Where(project => used == project || used.StartsWith(project + ".", StringComparison.Ordinal)).MaxBy(project => project.Length)!;

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^using (?:static )?(?<name>StreamSupervisor[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    private sealed record SourceFile(string Path, string Project, string Namespace, IReadOnlyList<string> Uses, int Lines);
}
