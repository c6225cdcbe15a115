using System.Net;
using System.Text.RegularExpressions;

namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// The origin cluster of a vhost: whom SRS asks, one after another, where a stream is that it is asked to play and does not have. The
/// supervisor is one of them and knows it for all servers. An address is never shown whole: its path is the secret.
/// </summary>
internal static partial class CoworkerRules
{
    private const string Line = "coworkers ADDRESS:8085/coworkers/v1/TOKEN; with the origin's coworkers-token";

    public static void Check(SrsDirective vhost, Action<LintFinding> report)
    {
        if (IsEdge(vhost))
        {
            CheckEdge(vhost, report);
            return;
        }

        if (vhost["cluster"] is not { } cluster || !cluster.IsOn("origin_cluster"))
        {
            return;
        }

        if (cluster["coworkers"] is not { Arguments.Count: > 0 } coworkers)
        {
            Report(cluster["origin_cluster"]!, "coworkers-missing", ProblemSeverity.Warning,
                $"vhost {vhost.Argument} has an origin cluster without coworkers: SRS ends every play of a stream that it does not have.",
                $"Write {Line}.", report, vhost.Argument);
            return;
        }

        var first = coworkers.Arguments.ToList().FindIndex(IsSupervisor);
        if (first < 0)
        {
            Report(coworkers, "coworkers", ProblemSeverity.Warning,
                $"vhost {vhost.Argument} asks only other servers where a stream is: each knows its own streams, and every server must be "
                + "named on every other.",
                "Put ADDRESS:8085/coworkers/v1/TOKEN (the origin's coworkers-token) in front of them: the supervisor knows where each "
                + "stream is, also while it moves.", report, vhost.Argument);
        }
        else if (first > 0)
        {
            Report(coworkers, "coworkers-order", ProblemSeverity.Warning,
                $"SRS asks {first} of its coworkers before the supervisor, and waits up to 30 s for one that is down.",
                "Write the supervisor first.", report);
        }

        foreach (var address in coworkers.Arguments.Where(IsSupervisor))
        {
            CheckAddress(coworkers, address, report);
        }
    }

    /// <summary>Against the settings of the supervisor.</summary>
    /// <param name="origin">Whose hooks the file has; null where its hooks do not say.</param>
    public static void Check(SrsDirective vhost, ExpectedSupervisor supervisor, ExpectedOrigin? origin, Action<LintFinding> report)
    {
        if (IsEdge(vhost))
        {
            return;
        }

        var cluster = vhost["cluster"] is { } block && block.IsOn("origin_cluster") ? block : null;
        if (cluster?["coworkers"] is not { Arguments.Count: > 0 } coworkers)
        {
            if (cluster is null && origin is { CoworkersToken.Length: > 0 })
            {
                Report(vhost["cluster"] ?? vhost, "coworkers-missing", ProblemSeverity.Warning,
                    $"vhost {vhost.Argument} asks nobody where a stream is, and the origin {origin.Name} has a coworkers-token.",
                    $"Write cluster {{ mode local; origin_cluster on; coworkers …; }} as in hocon/srs.conf, or take the token out.", report,
                    vhost.Argument);
            }

            return;
        }

        var ports = supervisor.Listen.Select(listener => SupervisorRules.Endpoint(listener).Port).ToList();
        foreach (var address in coworkers.Arguments)
        {
            var (port, token) = (SupervisorRules.Endpoint(address.Split('/')[0]).Port, TokenOf(address));
            if (!IsSupervisor(address) && ports.Contains(port))
            {
                Report(coworkers, "coworkers-token", ProblemSeverity.Error,
                    $"coworkers names {address.Split('/')[0]}, the supervisor's port, without a token: it answers 404.",
                    "Put /coworkers/v1/ and the origin's coworkers-token behind it.", report);
            }
            else if (token is not null)
            {
                CheckToken(coworkers, token, supervisor, origin, report);
                if (!ports.Contains(port))
                {
                    Report(coworkers, "coworkers-port", ProblemSeverity.Warning,
                        $"coworkers goes to port {port}, and the supervisor listens on {string.Join(", ", ports)} (http.listen).",
                        "Write that port, unless a proxy or a forwarded port stands between.", report);
                }
            }
        }
    }

    /// <summary>The old form stands in the vhost itself: <c>mode remote;</c>.</summary>
    private static bool IsEdge(SrsDirective vhost) => (vhost["cluster"] ?? vhost)["mode"] is { Argument: "remote" };

    private static bool IsSupervisor(string address) => address.Contains("/coworkers", StringComparison.Ordinal);

    private static string? TokenOf(string address) =>
        address.Split("/coworkers/v1/") is [_, { Length: > 0 } token] && !token.Contains('/', StringComparison.Ordinal) ? token : null;

    private static void CheckEdge(SrsDirective vhost, Action<LintFinding> report)
    {
        if ((vhost["cluster"] ?? vhost)["origin"] is { Arguments.Count: > 1 } origins)
        {
            Report(origins, "edge-origins", ProblemSeverity.Warning,
                $"this edge asks {origins.Arguments.Count} servers in turn, and gets nothing from one that does not have the stream, "
                + "unless that one says which other has it.",
                $"On each of them write cluster {{ mode local; origin_cluster on; }} and in it {Line}.", report);
        }
    }

    private static void CheckAddress(SrsDirective coworkers, string address, Action<LintFinding> report)
    {
        if (address.Contains("://", StringComparison.Ordinal))
        {
            Report(coworkers, "coworkers-address", ProblemSeverity.Error,
                "coworkers has an address with http://, and SRS puts another one in front.",
                "Begin with the host: ADDRESS:8085/coworkers/v1/TOKEN.", report);
            return;
        }

        if (!Address().IsMatch(address))
        {
            Report(coworkers, "coworkers-token", ProblemSeverity.Error,
                "coworkers goes to the supervisor without a token, or with more behind it: SRS is answered 404.",
                "Write ADDRESS:8085/coworkers/v1/TOKEN, with the origin's coworkers-token and no slash behind.", report);
        }

        var (host, _) = SupervisorRules.Endpoint(address.Split('/')[0]);
        if (!IPAddress.TryParse(host, out _))
        {
            Report(coworkers, "coworkers-host-name", ProblemSeverity.Warning,
                $"coworkers names the host '{host}': all of SRS stands still, with all its streams, while it looks a name up.",
                "Write the address as numbers.", report);
        }
    }

    private static void CheckToken(SrsDirective coworkers, string token, ExpectedSupervisor supervisor, ExpectedOrigin? origin,
        Action<LintFinding> report)
    {
        const string fix = "Copy the coworkers-token of this server's origin.";
        if (supervisor.Origins.Any(one => one.HookToken == token))
        {
            Report(coworkers, "coworkers-token", ProblemSeverity.Error,
                "the token of coworkers is a hook-token: the supervisor answers 404, and SRS asks its next coworker.", fix, report);
        }
        else if (supervisor.Origins.FirstOrDefault(one => one.CoworkersToken == token) is not { } asks)
        {
            Report(coworkers, "coworkers-token", ProblemSeverity.Error,
                "the token of coworkers is no coworkers-token of an origin in the supervisor's settings: "
                + "it answers 404, and SRS asks its next coworker.", fix, report);
        }
        else if (origin is not null && asks != origin)
        {
            Report(coworkers, "coworkers-token", ProblemSeverity.Error,
                $"the token of coworkers is that of {asks.Name}, and the hooks are those of {origin.Name}: "
                + "players would be sent away from where their stream is.", fix, report);
        }
    }

    private static void Report(SrsDirective at, string rule, ProblemSeverity severity, string why, string fix, Action<LintFinding> report,
        string subject = "") =>
        report(new LintFinding(rule, severity, at.File, at.Line, why, fix) { Subject = subject });

    [GeneratedRegex(@"\A[^/]+/coworkers/v1/[^/]+\z")]
    private static partial Regex Address();
}
