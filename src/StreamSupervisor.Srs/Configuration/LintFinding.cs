namespace StreamSupervisor.Srs.Configuration;

/// <summary>Something in an SRS configuration that works against the supervisor, or against the platform.</summary>
/// <param name="Rule">Its stable name.</param>
/// <param name="Why">What is the matter, and what it leads to.</param>
internal sealed record LintFinding(string Rule, ProblemSeverity Severity, string File, int Line, string Why, string Fix)
{
    public override string ToString() =>
        $"{(Severity == ProblemSeverity.Error ? "error" : "warning")}: {Rule} ({File}:{Line}): {Why} {Fix}";
}
