
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
    /// <param name="name">The file's name, for the findings.</param>
    /// <param name="text">What stands in it.</param>
    /// <param name="open">Given an included name and the file that includes it: the text, or null if it is not to be found.</param>
    /// <param name="supervisor">The supervisor's own settings, to hold the file against; null where they are not known.</param>
    public static IReadOnlyList<LintFinding> Lint(string name, string text, Func<string, string, (string Name, string Text)?> open,
        ExpectedSupervisor? supervisor = null)
    {
        try
        {
            var (root, findings) = SrsConfigurationReader.Read(name, text, open);
            var linter = new SrsLinter(root);
            linter._findings.AddRange(findings);
            linter.CheckAll();
            if (supervisor is not null)
            {
                SupervisorRules.Check(root, supervisor, linter.Add);
            }

            return [.. LintFinding.Group(linter._findings)
                .OrderByDescending(f => f.Severity).ThenBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line)];
        }
        catch (SrsSyntaxException mistake)
        {
            return [new LintFinding("syntax", ProblemSeverity.Error, mistake.File, mistake.Line, $"{mistake.Problem}.",
                "SRS does not start with this file.")];
        }
    }

    private void CheckAll()
    {
        DirectiveRules.Check(_root, Add);
        StartRules.Check(_root, Add);
        CheckSrt();
        var vhosts = _root.Children.Where(c => c.Name == "vhost" && c["enabled"]?.Argument != "off").ToList();
        if (vhosts.Count == 0)
        {
            Error("hooks-missing", _root, "there is no vhost, so SRS asks nobody who may publish.",
                "Paste the vhost block of hocon/srs.conf.");
        }

        foreach (var vhost in vhosts)
        {
            HookRules.Check(vhost, Add);
            PublishTimeoutRules.Check(vhost, Add);
            RelayRules.Check(vhost, Add);
            CoworkerRules.Check(vhost, Add);
            if (!vhost.IsOn("tcp_nodelay"))
            {
                Warn("tcp-nodelay-off", vhost["tcp_nodelay"] ?? vhost,
                    "tcp_nodelay is off: small packets, such as the answer to publish, may wait 40 ms.", "Write tcp_nodelay on;.");
            }
        }

        CheckApi();
        CheckServerId();
        CheckHeartbeat();
    }

    private void CheckApi()
    {
        const string bind = "Bind it: listen 127.0.0.1:1985; or an address of your own network.";
        var api = _root["http_api"];
        if (api is null || !api.IsOn("enabled"))
        {
            Error("api-off", api ?? _root, "http_api is not enabled: the supervisor can neither look nor kick.",
                "Write http_api { enabled on; listen 127.0.0.1:1985; }.");
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
                Error("api-public", at, $"{open}, without a login: whoever reaches it can end any stream.",
                    $"{bind} From SRS 5.0.152 and 6.0.40 on also add auth {{ … }}.");
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
            Warn("server-id-missing", _root,
                "server_id is not set: SRS makes one up, and the server may have another name after a new installation.",
                "Write server_id srs-1; with the name of the origin.");
        }
    }

    private void CheckSrt()
    {
        if (_root["srt_server"] is { } srt && srt.IsOn("enabled") && srt["default_streamid"] is null)
        {
            Warn("srt-default-stream", srt,
                "a caller over SRT who names no stream publishes live/livestream, a player such as VLC too: "
                + "each of them takes the key from the other.",
                "Give live/livestream to nobody (admission.rules, publish-only), "
                + "or write a default_streamid of m=request where the version has it.");
        }
    }

    private void CheckHeartbeat()
    {
        if (_root["heartbeat"] is { } heartbeat && heartbeat.IsOn("enabled")
            && heartbeat["url"] is { } url && url.Argument.Contains('?', StringComparison.Ordinal))
        {
            Warn("heartbeat-query", url, "SRS drops the query string of the heartbeat's address: a token in it never arrives.",
                "Put it into the path.");
        }
    }

    private void Add(LintFinding finding) => _findings.Add(finding);

    private void Error(string rule, SrsDirective at, string why, string fix) =>
        Add(new LintFinding(rule, ProblemSeverity.Error, at.File, at.Line, why, fix));

    private void Warn(string rule, SrsDirective at, string why, string fix) =>
        Add(new LintFinding(rule, ProblemSeverity.Warning, at.File, at.Line, why, fix));
}
