namespace StreamSupervisor.Srs.Configuration;

/// <summary>Something in an SRS configuration that works against the supervisor, or against the platform.</summary>
/// <param name="Rule">Its stable name.</param>
/// <param name="Line">The first line of it, from 1.</param>
/// <param name="Why">What is the matter, and what it leads to.</param>
internal sealed record LintFinding(string Rule, ProblemSeverity Severity, string File, int Line, string Why, string Fix)
{
    private const int MostNamed = 5;

    /// <summary>
    /// What it is about, as it stands in <see cref="Why"/>: the name of a hook or a vhost. Findings that differ only in it are one.
    /// </summary>
    public string Subject { get; init; } = "";

    /// <summary>Further lines of the same file with the same matter, in order.</summary>
    public IReadOnlyList<int> AlsoAt { get; init; } = [];

    public override string ToString() =>
        $"{(Severity == ProblemSeverity.Error ? "error" : "warning")}: {Rule} "
        + $"({File}:{string.Join(", ", AlsoAt.Prepend(Line))}): {Why} {Fix}";

    /// <summary>Makes one finding of those that say the same of several lines.</summary>
    public static IEnumerable<LintFinding> Group(IEnumerable<LintFinding> findings) => findings
        .GroupBy(finding => (finding.Rule, finding.Severity, finding.File, finding.Fix, Matter: finding.Matter()))
        .Select(group =>
        {
            var lines = group.Select(finding => finding.Line).Distinct().Order().ToList();
            var subjects = group.Select(finding => finding.Subject).Where(subject => subject.Length > 0).Distinct().ToList();
            var named = string.Join(", ", subjects.Take(MostNamed))
                + (subjects.Count > MostNamed ? $" and {subjects.Count - MostNamed} more" : "");
            var first = group.First();
            return first with
            {
                Line = lines[0],
                AlsoAt = lines[1..],
                Why = subjects.Count > 1 ? first.Matter().Replace(Placeholder, named, StringComparison.Ordinal) : first.Why,
            };
        });

    private const string Placeholder = "\u0001";

    private string Matter() => Subject.Length == 0 ? Why : Why.Replace(Subject, Placeholder, StringComparison.Ordinal);
}
