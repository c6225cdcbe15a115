using System.Net;
using System.Text.RegularExpressions;

namespace StreamSupervisor.Srs.Configuration;

/// <summary>The <c>http_hooks</c> of one vhost.</summary>
internal static partial class HookRules
{
    private static readonly (string Name, ProblemSeverity Severity, string Loss)[] Hooks =
    [
        ("on_connect", ProblemSeverity.Error,
            "from SRS 7.0.62 on a busy key is refused before on_publish, so that takeovers come too late"),
        ("on_publish", ProblemSeverity.Error, "nobody is asked who may publish"),
        ("on_unpublish", ProblemSeverity.Error, "the end of a stream is seen only by the next sweep"),
        ("on_close", ProblemSeverity.Error,
            "the removal of an old session is proved later, and encoders that SRS itself refused are not seen"),
        ("on_play", ProblemSeverity.Warning, "on SRS 7.0.62 and later a refused encoder cannot be told from a player that left"),
    ];

    public static void Check(SrsDirective vhost, Action<LintFinding> report)
    {
        const string fix = "Paste the http_hooks block that streamsupervisor config srs-lines NAME shows.";
        if (vhost["http_hooks"] is not { } hooks || !hooks.IsOn("enabled"))
        {
            var why = vhost["http_hooks"] is null ? "has no http_hooks" : "has its http_hooks switched off";
            report(Finding("hooks-missing", ProblemSeverity.Error, vhost["http_hooks"] ?? vhost,
                $"vhost {vhost.Argument} {why}: its streams are not supervised.", fix) with { Subject = vhost.Argument });
            return;
        }

        foreach (var (name, severity, loss) in Hooks)
        {
            if (hooks[name] is { Arguments.Count: > 0 } hook)
            {
                CheckUrl(hook, report);
            }
            else
            {
                report(Finding("hooks-missing", severity, hooks[name] ?? hooks, $"vhost {vhost.Argument} has no {name}: {loss}.",
                    $"Write {name} with the same address as the others.") with { Subject = vhost.Argument });
            }
        }

        var urls = Hooks.Select(h => hooks[h.Name]?.Argument.TrimEnd('/')).Where(u => u is not null).Distinct().Count();
        if (urls > 1)
        {
            report(Finding("hook-urls-differ", ProblemSeverity.Warning, hooks,
                $"the hooks of vhost {vhost.Argument} go to {urls} different addresses.",
                "Send all to one: what starts in one place and ends in another is half known to both.") with { Subject = vhost.Argument });
        }
    }

    // The address itself is never shown: its path is the secret.
    private static void CheckUrl(SrsDirective hook, Action<LintFinding> report)
    {
        if (hook.Arguments.Count > 1)
        {
            report(Finding("hook-several-urls", ProblemSeverity.Error, hook,
                $"{hook.Name} has {hook.Arguments.Count} addresses: SRS asks them one by one, and a no or a failure of any is a no.",
                "Leave one; to ask several supervisors, put one address in front of them.") with { Subject = hook.Name });
        }

        if (!Uri.TryCreate(hook.Argument, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            report(Finding("hook-address", ProblemSeverity.Error, hook,
                $"{hook.Name} is no http address.", "Write http://ADDRESS:8085/hooks/v1/TOKEN.") with { Subject = hook.Name });
            return;
        }

        if (url.Scheme == "https")
        {
            report(Finding("hook-https", ProblemSeverity.Warning, hook,
                $"{hook.Name} is https: SRS does not check whose certificate it is shown, and pays for a handshake with each hook.",
                "Write http:// on your own network; keep https only where an http.listen of the supervisor or a proxy has it.") with
            {
                Subject = hook.Name,
            });
        }

        if (!IPAddress.TryParse(url.Host.Trim('[', ']'), out _))
        {
            report(Finding("hook-host-name", ProblemSeverity.Warning, hook,
                $"{hook.Name} names the host '{url.Host}': all of SRS stands still, with all its streams, while it looks a name up.",
                "Write the address as numbers.") with { Subject = hook.Name });
        }

        if (!Path().IsMatch(url.AbsolutePath))
        {
            report(Finding("hook-path", ProblemSeverity.Error, hook,
                $"{hook.Name} does not go to a supervisor.",
                "Its path is /hooks/v1/ and the origin's hook-token.") with { Subject = hook.Name });
        }
    }

    private static LintFinding Finding(string rule, ProblemSeverity severity, SrsDirective at, string why, string fix) =>
        new(rule, severity, at.File, at.Line, why, fix);

    [GeneratedRegex(@"\A/hooks/v1/[^/]+/?\z")]
    private static partial Regex Path();
}
