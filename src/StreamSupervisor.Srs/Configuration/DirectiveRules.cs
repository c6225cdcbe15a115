namespace StreamSupervisor.Srs.Configuration;

/// <summary>Words that SRS refuses to start with, in every block that it checks and that is the same in 4 to 7.</summary>
internal static class DirectiveRules
{
    public static void Check(SrsDirective root, Action<LintFinding> report) => CheckBlock(root, "", report);

    private static void CheckBlock(SrsDirective block, string path, Action<LintFinding> report)
    {
        if (DirectiveWords.Of(path) is not { } known)
        {
            return;
        }

        foreach (var child in block.Children)
        {
            if (known.Contains(child.Name))
            {
                CheckBlock(child, path.Length == 0 ? child.Name : $"{path}/{child.Name}", report);
                continue;
            }

            var fix = DirectiveWords.PlaceOf(child.Name, path) is { } place ? $"It belongs {NameOf(place)}."
                : NearestName.Of(child.Name, known) is { } near ? $"Did you mean {near}?"
                : "Take it out.";
            report(new LintFinding("unknown-directive", ProblemSeverity.Error, child.File, child.Line,
                $"SRS does not know '{child.Name}' {NameOf(path)}: SRS 4 to 7 do not start with it.", fix));
        }
    }

    private static string NameOf(string path) => path switch
    {
        "" => "at the root",
        "vhost" => "in a vhost",
        _ => $"in {path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]}",
    };
}
