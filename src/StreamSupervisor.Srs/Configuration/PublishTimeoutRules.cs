namespace StreamSupervisor.Srs.Configuration;

/// <summary>How long SRS itself waits for a publisher that has gone silent.</summary>
internal static class PublishTimeoutRules
{
    private const string Fix = "Write publish { firstpkt_timeout 7000; normal_timeout 5000; } (milliseconds).";

    /// <summary>About 30 years, in milliseconds: longer ones are written as this.</summary>
    private const long MostToWrite = 1_000_000_000_000;

    /// <summary>SRS 4 to 7 still take the vhost-level names of SRS 2; where both stand, the old one wins (tried).</summary>
    private static readonly (string Name, string OldName, int Standard, int Usual)[] Timeouts =
    [
        ("firstpkt_timeout", "publish_1stpkt_timeout", 20_000, 7000),
        ("normal_timeout", "publish_normal_timeout", 5000, 5000),
    ];

    public static void Check(SrsDirective vhost, Action<LintFinding> report)
    {
        foreach (var (name, oldName, standard, usual) in Timeouts)
        {
            var old = vhost[oldName];
            var directive = old ?? vhost["publish"]?[name];
            var at = directive ?? vhost["publish"] ?? vhost;
            if (old is not null && vhost["publish"]?[name] is not null)
            {
                report(Finding(ProblemSeverity.Warning, old,
                    $"{oldName} is the name of SRS 2 and wins over {name} in publish.", $"Take {oldName} out."));
            }

            if (Judge(directive?.Name ?? name, directive?.Argument ?? "", standard, usual) is var (severity, why))
            {
                report(Finding(severity, at, why, Fix));
            }
        }
    }

    private static (ProblemSeverity Severity, string Why)? Judge(string name, string written, int standard, int usual)
    {
        var milliseconds = long.TryParse(written, out var number) ? number : written.Length == 0 ? standard : -1;
        var length = DurationText.Format(TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, MostToWrite)));
        return milliseconds switch
        {
            <= 0 => (ProblemSeverity.Error, $"{name} '{written}' is no number of milliseconds."),
            >= 60_000 => (ProblemSeverity.Error,
                $"{name} is {length}: a publisher that loses its network keeps the key that long when the supervisor is away. "
                + "Long timeouts do not prevent drops, they make each one last."),
            < 1000 => (ProblemSeverity.Warning, $"{name} is {milliseconds} ms: a moment of bad network ends the stream."),
            _ when written.Length == 0 && standard != usual =>
                (ProblemSeverity.Warning,
                    $"{name} is not set: SRS alone needs about 22 s to see that a publisher has gone silent in its first 20 s."),
            _ when milliseconds > 2 * usual =>
                (ProblemSeverity.Warning,
                    $"{name} is {length}: when the supervisor is away, a silent publisher keeps the key longer than needed."),
            _ => null,
        };
    }

    private static LintFinding Finding(ProblemSeverity severity, SrsDirective at, string why, string fix) =>
        new("publish-timeout", severity, at.File, at.Line, why, fix);
}
