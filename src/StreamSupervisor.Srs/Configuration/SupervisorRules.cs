using System.Net;

namespace StreamSupervisor.Srs.Configuration;

/// <summary>
/// Holds an SRS configuration against the settings of its supervisor: the token and the address of the hooks, the address and the login
/// of the API. Only what cannot work is an error; an address behind a proxy or a forwarded port may differ, so that is a warning.
/// </summary>
internal static class SupervisorRules
{
    private static readonly string[] Hooks = ["on_connect", "on_publish", "on_unpublish", "on_close", "on_play"];

    public static void Check(SrsDirective root, ExpectedSupervisor supervisor, Action<LintFinding> report)
    {
        var origins = new List<ExpectedOrigin>();
        var vhosts = root.Children.Where(child => child.Name == "vhost" && child["enabled"]?.Argument != "off").ToList();
        foreach (var vhost in vhosts)
        {
            foreach (var hook in Hooks.Select(name => vhost["http_hooks"]?[name]).OfType<SrsDirective>())
            {
                CheckHook(hook, supervisor, origins, report);
            }
        }

        var named = origins.Distinct().ToList();
        if (named.Count > 1)
        {
            Report(root, "hook-token", ProblemSeverity.Error,
                $"the hooks carry the tokens of {string.Join(" and ", named.Select(origin => origin.Name))}: "
                + "one server would be taken for several.",
                "Write one origin's hook-token in all of them.", report);
        }
        else if (named.Count == 1)
        {
            CheckApi(root, named[0], report);
        }

        vhosts.ForEach(vhost => CoworkerRules.Check(vhost, supervisor, named.Count == 1 ? named[0] : null, report));
    }

    private static void CheckHook(SrsDirective hook, ExpectedSupervisor supervisor, List<ExpectedOrigin> origins,
        Action<LintFinding> report)
    {
        if (!Uri.TryCreate(hook.Argument, UriKind.Absolute, out var url) || url.AbsolutePath.Split('/') is not ["", "hooks", "v1",
            var token, ..])
        {
            return; // HookRules has said so.
        }

        if (supervisor.Origins.FirstOrDefault(origin => origin.HookToken == Uri.UnescapeDataString(token)) is { } origin)
        {
            origins.Add(origin);
        }
        else
        {
            Report(hook, "hook-token", ProblemSeverity.Error,
                $"the token of {hook.Name} is no hook-token of an origin in the supervisor's settings: "
                + "it answers 404, and SRS refuses.",
                "Copy the hook-token of this server's origin.", report, hook.Name);
        }

        var listeners = supervisor.Listen.Select(Endpoint).ToList();
        if (listeners.All(listener => listener.Port != url.Port))
        {
            Report(hook, "hook-port", ProblemSeverity.Warning,
                $"{hook.Name} goes to port {url.Port}, "
                + $"and the supervisor listens on {string.Join(", ", listeners.Select(listener => listener.Port))} (http.listen).",
                "Write that port, unless a proxy or a forwarded port stands between.", report, hook.Name);
        }
        else if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && !IPAddress.IsLoopback(address)
            && listeners.All(listener => listener.Port != url.Port || IsLoopback(listener.Host)))
        {
            Report(hook, "hook-unreachable", ProblemSeverity.Error,
                $"{hook.Name} goes to {url.Host}, and the supervisor listens on loopback only (http.listen): no hook arrives.",
                $"Add http://{url.Authority} to http.listen.", report, hook.Name);
        }
    }

    private static void CheckApi(SrsDirective root, ExpectedOrigin origin, Action<LintFinding> report)
    {
        if (root["http_api"] is not { } api || !api.IsOn("enabled") || !Uri.TryCreate(origin.Api, UriKind.Absolute, out var configured))
        {
            return;
        }

        var listen = api["listen"]?.Argument is { Length: > 0 } written ? written : "1985";
        var (host, port) = Endpoint(listen);
        if (port != configured.Port)
        {
            Report(api["listen"] ?? api, "api-port", ProblemSeverity.Warning,
                $"the API listens on port {port}, and the origin {origin.Name} has {configured.Authority}.",
                "Write the same port on both sides, unless a forwarded port stands between.", report);
        }
        else if (host.Length > 0 && IsLoopback(host) && !IsLoopback(configured.Host))
        {
            Report(api["listen"] ?? api, "api-unreachable", ProblemSeverity.Error,
                $"the API listens on loopback only, and the origin {origin.Name} has {configured.Authority}: "
                + "the supervisor can neither look nor kick.",
                "Bind it to an address that the supervisor reaches.", report);
        }

        var auth = api["auth"] is { } block && block.IsOn("enabled") ? block : null;
        if (auth is not null && (auth["username"]?.Argument != origin.Username || auth["password"]?.Argument != origin.Password))
        {
            Report(auth, "api-login", ProblemSeverity.Error,
                $"the API asks for another login than the origin {origin.Name} has: SRS answers 401.",
                "Write the same username and password into the origin.", report);
        }
    }

    /// <summary>Host and port of <c>http://host:port</c>, <c>host:port</c> or <c>port</c>; no host where none is written.</summary>
    internal static (string Host, int Port) Endpoint(string address)
    {
        var bare = address[(address.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..].TrimEnd('/');
        var colon = bare.LastIndexOf(':');
        var port = int.TryParse(bare[(colon + 1)..], out var number) ? number : address.StartsWith("https", StringComparison.Ordinal)
            ? 443 : 80;
        return (colon < 0 ? "" : bare[..colon].Trim('[', ']'), port);
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address)
        && IPAddress.IsLoopback(address));

    private static void Report(SrsDirective at, string rule, ProblemSeverity severity, string why, string fix, Action<LintFinding> report,
        string subject = "") =>
        report(new LintFinding(rule, severity, at.File, at.Line, why, fix) { Subject = subject });
}
