using System.Text.RegularExpressions;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>
/// Names and labels of metrics in rules, boards and pages, held against <c>metrics.md</c>, which another test holds against the program.
/// </summary>
internal static partial class MetricNames
{
    /// <summary>What a scrape adds.</summary>
    private static readonly string[] Added = ["job", "instance", "le"];

    private static readonly Dictionary<string, (string Type, string[] Labels)> Exported = Row().Matches(
            RepositoryFiles.Read("src/StreamSupervisor.Server/Observability/metrics.md"))
        .ToDictionary(row => row.Groups["name"].Value, row => (row.Groups["type"].Value,
            Label().Matches(row.Groups["labels"].Value).Select(label => label.Groups["name"].Value).ToArray()));

    /// <summary>Every metric that a text names is exported, and has the labels that it asks for.</summary>
    public static void AreExported(string text)
    {
        foreach (Match used in Used().Matches(text))
        {
            var name = used.Groups["name"].Value;
            var family = Exported.ContainsKey(name) ? name : Part().Replace(name, "");
            Exported.ShouldContainKey(family, $"{name} in: {text}");
            (family == name || Exported[family].Type == "histogram").ShouldBeTrue($"{name} in: {text}");
            (Exported[family].Type != "histogram" || family != name || !text.Contains($"{name}{{", StringComparison.Ordinal)).ShouldBeTrue($"{name} is a histogram: {text}");
            foreach (var label in Matcher().Matches(used.Groups["matchers"].Value).Select(match => match.Groups["label"].Value))
            {
                Exported[family].Labels.Concat(Added).ShouldContain(label, $"{name} in: {text}");
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<type>\w+) \| (?<labels>[^|]*)\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[a-z]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\b(?<name>(streamsupervisor|process|dotnet)_[a-z_]+)(\{(?<matchers>[^}]*)\})?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Used();

    [GeneratedRegex("_(bucket|count|sum)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();

    [GeneratedRegex("(?<label>[a-z]+)(=|!=|=~|!~)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Matcher();
}
