using System.Text.Json;
using System.Text.RegularExpressions;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>The Grafana board of <c>src/Packaging/grafana</c> shows what the program exports, and all that alerts rest on.</summary>
public sealed partial class BoardTests
{
    private static readonly JsonElement Board = JsonDocument.Parse(RepositoryFiles.Read("src/Packaging/grafana/streamsupervisor.json")).RootElement;

    private static IReadOnlyList<JsonElement> Panels => [.. Board.GetProperty("panels").EnumerateArray()];

    private static IReadOnlyList<string> Expressions =>
    [
        .. Panels.Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!),
    ];

    [Fact]
    public void Every_metric_that_it_shows_is_exported()
    {
        Expressions.Count.ShouldBeGreaterThan(40);
        foreach (var expression in Expressions)
        {
            MetricNames.AreExported(expression);
        }
    }

    [Fact]
    public void Every_variable_that_it_uses_is_one_of_its_own()
    {
        var variables = Board.GetProperty("templating").GetProperty("list").EnumerateArray().ToList();
        var known = variables.Select(one => one.GetProperty("name").GetString()!).Concat(["__rate_interval", "__interval"]).ToList();
        var text = Board.GetRawText();
        foreach (var name in Variable().Matches(text).Select(match => match.Groups["name"].Value).Where(name => name != "__all").Distinct())
        {
            known.ShouldContain(name);
        }

        foreach (var query in variables.Where(one => one.GetProperty("type").GetString() == "query"))
        {
            MetricNames.AreExported(query.GetProperty("definition").GetString()!);
        }
    }

    [Fact]
    public void Its_panels_have_numbers_of_their_own_lie_beside_each_other_and_say_what_they_show()
    {
        Panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        var taken = new HashSet<(int, int)>();
        foreach (var panel in Panels)
        {
            var (place, title) = (panel.GetProperty("gridPos"), panel.GetProperty("title").GetString()!);
            for (var x = 0; x < place.GetProperty("w").GetInt32(); x++)
            {
                for (var y = 0; y < place.GetProperty("h").GetInt32(); y++)
                {
                    taken.Add((place.GetProperty("x").GetInt32() + x, place.GetProperty("y").GetInt32() + y)).ShouldBeTrue(title);
                }
            }

            taken.ShouldAllBe(one => one.Item1 < 24);
            if (panel.GetProperty("type").GetString() != "row")
            {
                panel.GetProperty("description").GetString()!.ShouldEndWith(".", Case.Sensitive, title);
            }
        }
    }

    [Fact]
    public void The_alerts_lead_to_it() => RepositoryFiles.Read("src/Packaging/alerts/streamsupervisor.rules.yml")
        .ShouldContain($"/d/{Board.GetProperty("uid").GetString()}\n");

    [GeneratedRegex(@"\$\{?(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
