using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Server.Configuration;

/// <summary>One mistake in the settings. Never holds the value of a secret.</summary>
/// <param name="Setting">Its full name: <c>origins[0].hook-token</c>; empty where the file as a whole is meant.</param>
/// <param name="Source">Where it was set: <c>file:line</c>, the variable, the switch; null where nobody set it.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Fix">What to do.</param>
internal sealed record ConfigProblem(ProblemSeverity Severity, string Setting, string? Source, string Message, string Fix)
{
    public override string ToString()
    {
        var place = (Setting, Source) switch
        {
            ("", null) => "",
            ("", _) => $"{Source}: ",
            (_, null) => $"{Setting}: ",
            _ => $"{Setting} ({Source}): ",
        };
        var severity = Severity == ProblemSeverity.Error ? "error" : "warning";
        return $"{severity}: {place}{Message}{(Fix.Length == 0 ? "" : " " + Fix)}";
    }
}
