using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Commands.Setup;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>One SRS server, asked as the supervisor asks it: reachable, login, version, kicks, clock, its own configuration.</summary>
/// <param name="running">What the supervisor that runs has seen of it.</param>
internal sealed class OriginChecks(SupervisorOptions options, DoctorHttp http, TimeSpan timeout, RunningSupervisor running)
{
    /// <summary>SRS's ids have eight characters, so this is nobody's.</summary>
    private const string Nobody = "doctor";

    /// <summary>The names of the servers by the process that answered: one process under two names is a mistake.</summary>
    private readonly Dictionary<string, string> _processes = [];

    public IEnumerable<DoctorCheck> Of(OriginOptions origin, string? srsConf)
    {
        yield return new DoctorCheck(origin.Name, "api", cancellation => ApiAsync(origin, cancellation));
        yield return new DoctorCheck(origin.Name, "hooks", async cancellation =>
        {
            var findings = new Findings(origin.Name);
            await ListenerChecks.TokenAsync(options, origin, http, findings, cancellation);
            await running.JudgeAsync(origin.Name, findings, cancellation);
            return findings.All;
        });
        if (srsConf is not null)
        {
            yield return new DoctorCheck(origin.Name, "srs.conf", _ => Task.FromResult(Configuration(origin, srsConf)));
        }
    }

    private async Task<IReadOnlyList<Finding>> ApiAsync(OriginOptions origin, CancellationToken cancellation)
    {
        var findings = new Findings(origin.Name);
        using var server = new SrsServer(
            new SrsEndpoint(origin.Name, origin.Api, origin.Username, origin.Password), new SrsApiOptions { Timeout = timeout },
            TimeProvider.System, NullLogger.Instance);
        var api = server.For(SrsPriority.Kick);
        try
        {
            // The first call pays for what this program loads; the second shows how quick the server is.
            _ = await api.GetProcessAsync(cancellation);
            var began = TimeProvider.System.GetTimestamp();
            var process = await api.GetProcessAsync(cancellation);
            var took = TimeProvider.System.GetElapsedTime(began);
            findings.Ok("api", $"{origin.Api} answers in {took.TotalMilliseconds:0} ms: SRS {process.Version}, "
                + $"server_id {(process.ServerId.Length > 0 ? process.ServerId : "not said")}.");
            VersionAdvice.Judge(findings, process.Version, isNear: new Uri(origin.Api).IsLoopback);
            JudgeProcess(origin.Name, process.ServiceId, findings);
        }
        catch (SrsUnreachableException unreachable)
        {
            findings.Fail("api", unreachable.Message + ". The supervisor can neither look nor kick there.",
                "Is SRS started, and does http_api listen where origins.api says? Its lines: streamsupervisor config srs-lines "
                    + origin.Name);
            return findings.All;
        }

        await LoginAsync(origin, findings, cancellation);
        await KickAsync(api, findings, cancellation);
        await ClockAsync(origin, findings, cancellation);
        return findings.All;
    }

    private void JudgeProcess(string name, string serviceId, Findings findings)
    {
        lock (_processes)
        {
            if (serviceId.Length > 0 && !_processes.TryAdd(serviceId, name))
            {
                findings.Fail("process", $"the same process answers as for {_processes[serviceId]}: one server under two names owns each "
                    + "stream twice.", "Correct origins.api of one of them.");
            }
        }
    }

    private async Task LoginAsync(OriginOptions origin, Findings findings, CancellationToken cancellation)
    {
        using var answer = await http.Client.GetAsync(UrlOf(origin, "/api/v1/versions"), cancellation);
        var (isOpen, isNear) = (answer.IsSuccessStatusCode, new Uri(origin.Api).IsLoopback);
        if (isOpen && !isNear)
        {
            findings.Warn("login", "the API answers anybody: whoever reaches it can end any stream.",
                "Add auth { … } to http_api (SRS 5.0.152, 6.0.40 and later) and username, password to the origin.");
        }
        else
        {
            findings.Ok("login", isOpen ? "the API asks for none, and is on this machine." : "the API asks for it, and takes ours.");
        }
    }

    /// <summary>A kick of nobody: shows that DELETE gets through, as a proxy in between may not let it.</summary>
    private static async Task KickAsync(ISrsApi api, Findings findings, CancellationToken cancellation)
    {
        try
        {
            _ = await api.DeleteClientAsync(Nobody, cancellation);
            findings.Ok("kicks", "DELETE is let through (tried on a client that does not exist).");
        }
        catch (SrsUnreachableException refused)
        {
            findings.Fail("kicks", refused.Message + ".", "Without it no old session can be removed.");
        }
    }

    private async Task ClockAsync(OriginOptions origin, Findings findings, CancellationToken cancellation)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, UrlOf(origin, "/api/v1/summaries"))
        {
            Headers = { Authorization = DoctorHttp.Basic(origin.Username, origin.Password) },
        };
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await http.Client.SendAsync(question, cancellation);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        var now = TimeProvider.System.GetUtcNow();
        if ((NowOf(body) ?? answer.Headers.Date) is not { } there)
        {
            findings.Warn("clock", "it does not say what time it is.", "");
            return;
        }

        ClockDifference.Judge(findings, there - now, TimeProvider.System.GetElapsedTime(began),
            "its log and the timeline here do not fit together.");
    }

    private static DateTimeOffset? NowOf(byte[] summaries)
    {
        try
        {
            using var json = JsonDocument.Parse(summaries);
            return json.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
                && data.TryGetProperty("now_ms", out var now) && now.TryGetInt64(out var milliseconds) && milliseconds > 0
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private IReadOnlyList<Finding> Configuration(OriginOptions origin, string file)
    {
        var findings = new Findings(origin.Name);
        var expected = new ExpectedSupervisor([.. options.Http.Listen], [LintCommand.Expected(origin)]);
        var found = LintCommand.FindingsOf(file, expected);
        foreach (var finding in found)
        {
            var text = $"{file}:{finding.Line}: {finding.Why}";
            if (finding.Severity == ProblemSeverity.Error)
            {
                findings.Fail($"srs.conf {finding.Rule}", text, finding.Fix);
            }
            else
            {
                findings.Warn($"srs.conf {finding.Rule}", text, finding.Fix);
            }
        }

        if (found.Count == 0)
        {
            findings.Ok("srs.conf", $"nothing in {file} works against the supervisor, and its hooks have this server's token.");
        }

        return findings.All;
    }

    private static Uri UrlOf(OriginOptions origin, string path) => new(origin.Api.TrimEnd('/') + path);
}

/// <summary>What is known of a version of SRS that an operator should know.</summary>
internal static class VersionAdvice
{
    /// <param name="isNear">Whether its API is reached from this machine only.</param>
    public static void Judge(Findings findings, SrsVersion version, bool isNear)
    {
        var order = CallOrder.Of(version);
        if (version.Major < 4)
        {
            findings.Fail("version", $"SRS {version} is older than anything that was tried here.", "Use 5 or later.");
        }
        else if (order.HeldFirstPublishIsOrphaned)
        {
            findings.Warn("version", $"SRS {version} loses a publish now and then: shown as live, seen by nobody (6.0.129 to 7.0.150). "
                + (order.BusyCheckComesBeforeOnPublish ? "It also refuses a busy key before on_publish. "
                    : "") + "sweep.evict-orphans finds such.",
                "Update to 7.0.151 or 8.0.5, or leave admission.hold at 2.5s.");
        }
        else if (order.BusyCheckComesBeforeOnPublish)
        {
            findings.Ok("version", $"SRS {version} refuses a busy key before on_publish: the first try succeeds with proof of intent "
                + "(registration, credential, publish-only), else the second.");
        }
        else if (version.Major == 4)
        {
            findings.Warn("version", $"SRS {version} tells the encoder that it is live before it asks, and its API has no login.",
                "Use 5 or later where you can" + (isNear ? "." : "; let only your own network reach the API."));
        }
        else
        {
            findings.Within("version", isNear || SrsLines.HasLogin(version), $"SRS {version}: "
                + (isNear || SrsLines.HasLogin(version) ? "nothing to know." : "its API has no login (5.0.152, 6.0.40 and later do)."),
                "Let only your own network reach the API, or update.");
        }
    }
}
