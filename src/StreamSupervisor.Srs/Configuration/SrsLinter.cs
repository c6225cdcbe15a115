
namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// Holds an SRS configuration against what was measured on SRS 4 to 7. Sees the files only: SRS also takes every setting from environment
/// variables (<c>SRS_…</c>), which are not known here.
/// </summary>
internal sealed class SrsLinter
{
    private readonly SrsDirective _root;
    private readonly List<LintFinding> _findings = [];

    private SrsLinter(SrsDirective root) => _root = root;

    /// <summary>All findings, errors first, then by file and line.</summary>
    public static IReadOnlyList<LintFinding> Lint(string name, string text, Func<string, string, (string Name, string Text)?> open)
    {
        try
        {
            var (root, findings) = SrsConfigurationReader.Read(name, text, open);
            var linter = new SrsLinter(root);
            linter._findings.AddRange(findings);
            linter.CheckAll();
            return [.. linter._findings.OrderByDescending(f => f.Severity).ThenBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line)];
        }
        catch (SrsSyntaxException mistake)
        {
            return [new LintFinding("syntax", ProblemSeverity.Error, mistake.File, mistake.Line, $"{mistake.Problem}.", "SRS does not start with this file.")];
        }
    }

    private void CheckAll()
    {
        var vhosts = _root.Children.Where(c => c.Name == "vhost" && c["enabled"]?.Argument != "off").ToList();
        if (vhosts.Count == 0)
        {
            Error("hooks-missing", _root, "there is no vhost, so SRS asks nobody who may publish.", "Paste the vhost block of hocon/srs.conf.");
        }

        foreach (var vhost in vhosts)
        {
            HookRules.Check(vhost, Add);
            CheckPublishTimeouts(vhost);
            CheckForward(vhost);
            if (!vhost.IsOn("tcp_nodelay"))
            {
                Warn("tcp-nodelay-off", vhost["tcp_nodelay"] ?? vhost, "tcp_nodelay is off: small packets, such as the answer to publish, may wait 40 ms.", "Write tcp_nodelay on;.");
            }
        }

        CheckApi();
        CheckServerId();
        CheckHeartbeat();
    }

    private void CheckPublishTimeouts(SrsDirective vhost)
    {
        const string fix = "Write publish { firstpkt_timeout 7000; normal_timeout 5000; } (milliseconds).";
        foreach (var (name, standard, usual) in new[] { ("firstpkt_timeout", 20_000, 7000), ("normal_timeout", 5000, 5000) })
        {
            var directive = vhost["publish"]?[name];
            var written = directive?.Argument ?? "";
            var milliseconds = long.TryParse(written, out var number) ? number : written.Length == 0 ? standard : -1;
            var at = directive ?? vhost["publish"] ?? vhost;
            if (milliseconds <= 0)
            {
                Error("publish-timeout", at, $"{name} '{written}' is no number of milliseconds.", fix);
            }
            else if (milliseconds >= 60_000)
            {
                Error("publish-timeout", at, $"{name} is {DurationText.Format(TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)))}: a publisher that loses its "
                    + "network keeps the key that long when the supervisor is away. Long timeouts do not prevent drops, they make each one last.", fix);
            }
            else if (milliseconds < 1000)
            {
                Warn("publish-timeout", at, $"{name} is {milliseconds} ms: a moment of bad network ends the stream.", fix);
            }
            else if (directive is null && standard != usual)
            {
                Warn("publish-timeout", at, $"{name} is not set: SRS alone needs about 22 s to see that a publisher has gone silent in its first 20 s.", fix);
            }
            else if (milliseconds > 2 * usual)
            {
                Warn("publish-timeout", at, $"{name} is {DurationText.Format(TimeSpan.FromMilliseconds(milliseconds))}: when the supervisor is away, a silent publisher keeps the key longer than needed.", fix);
            }
        }
    }

    private void CheckForward(SrsDirective vhost)
    {
        if (vhost["forward"] is { } forward && forward["backend"] is { } backend && forward.IsOn("enabled"))
        {
            Warn("forward-backend", backend, "when this backend answers with an error, SRS 5, 6 and 7 keep the key busy until they are restarted: no API shows it, no kick frees it.",
                "Forward to fixed destinations, or make sure that the backend never answers with an error.");
        }
    }

    private void CheckApi()
    {
        const string bind = "Bind it: listen 127.0.0.1:1985; or an address of your own network.";
        var api = _root["http_api"];
        if (api is null || !api.IsOn("enabled"))
        {
            Error("api-off", api ?? _root, "http_api is not enabled: the supervisor can neither look nor kick.", "Write http_api { enabled on; listen 127.0.0.1:1985; }.");
            return;
        }

        var at = api["listen"] ?? api;
        var listen = api["listen"]?.Argument is { Length: > 0 } written ? written : "1985";
        var host = listen.Contains(':', StringComparison.Ordinal) ? listen[..listen.LastIndexOf(':')].Trim('[', ']') : "";
        var auth = api["auth"] is { } block && block.IsOn("enabled") ? block : null;
        // One port for both is possible, and then every viewer can reach the API.
        var shared = _root["http_server"] is { } server && server.IsOn("enabled") && server["listen"]?.Argument == listen;
        if (host is "" or "0.0.0.0" or "::" or "*" || shared)
        {
            var open = shared ? "the API shares its port with the viewers' HTTP server" : "the API listens on every address";
            if (auth is null)
            {
                Error("api-public", at, $"{open}, without a login: whoever reaches it can end any stream.", $"{bind} From SRS 5.0.152 and 6.0.40 on also add auth {{ … }}.");
            }
            else
            {
                Warn("api-public", at, $"{open}; only its password keeps strangers from ending streams.", bind);
            }
        }
        else if (auth is null && host is not ("127.0.0.1" or "::1" or "localhost"))
        {
            Warn("api-no-auth", at, "the API asks for no login: whoever reaches this address can end any stream.",
                "Write auth { enabled on; username …; password …; } (SRS 5.0.152, 6.0.40 and later), and the same pair in the origin.");
        }

        if (auth is not null && auth["username"]?.Argument == "admin" && auth["password"]?.Argument == "admin")
        {
            Error("api-example-password", auth, "the API's login is the published example.", "Choose a password of your own.");
        }
    }

    private void CheckServerId()
    {
        if (_root["server_id"] is not { Argument.Length: > 0 })
        {
            Warn("server-id-missing", _root, "server_id is not set: SRS makes one up, and the server may have another name after a new installation or container.",
                "Write server_id srs-1; with the name of the origin.");
        }
    }

    private void CheckHeartbeat()
    {
        if (_root["heartbeat"] is { } heartbeat && heartbeat.IsOn("enabled") && heartbeat["url"] is { } url && url.Argument.Contains('?', StringComparison.Ordinal))
        {
            Warn("heartbeat-query", url, "SRS drops the query string of the heartbeat's address: a token in it never arrives.", "Put it into the path.");
        }
    }

    private void Add(LintFinding finding) => _findings.Add(finding);

    private void Error(string rule, SrsDirective at, string why, string fix) => Add(new LintFinding(rule, ProblemSeverity.Error, at.File, at.Line, why, fix));

    private void Warn(string rule, SrsDirective at, string why, string fix) => Add(new LintFinding(rule, ProblemSeverity.Warning, at.File, at.Line, why, fix));
}
