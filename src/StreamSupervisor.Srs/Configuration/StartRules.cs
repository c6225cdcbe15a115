using System.Globalization;

namespace StreamSupervisor.Srs.Configuration;

/// <summary>What else SRS 5, 6 and 7 refuse to start with, besides words that they do not know (each tried on all three).</summary>
internal static class StartRules
{
    public static void Check(SrsDirective root, Action<LintFinding> report)
    {
        if (root.IsOn("is_full"))
        {
            Report(root["is_full"]!, "full-conf", "is_full is on, which marks SRS's own list of all settings: SRS does not start with it.",
                "Begin with a small file, and take over what you need.", report);
        }

        CheckListen(root, report);
        if (root.IsOn("asprocess") && root["daemon"]?.Argument != "off")
        {
            Report(root["asprocess"]!, "conflict", "asprocess is on, and daemon is too unless it is switched off: SRS does not start.",
                "Write daemon off;.", report);
        }

        foreach (var vhost in root.Children.Where(child => child.Name == "vhost"))
        {
            CheckVhost(vhost, report);
        }
    }

    private static void CheckListen(SrsDirective root, Action<LintFinding> report)
    {
        if (root["listen"] is not { Arguments.Count: > 0 } listen)
        {
            Report(root["listen"] ?? root, "listen-missing", "there is no listen with a port for RTMP: SRS does not start.",
                "Write listen 1935;.", report);
            return;
        }

        foreach (var endpoint in listen.Arguments)
        {
            var port = endpoint[(endpoint.LastIndexOf(':') + 1)..];
            if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            {
                Report(listen, "listen-port", $"listen has '{endpoint}', which is no port: SRS does not start.",
                    "Write listen 1935;, with ';' behind it.", report);
                return;
            }
        }
    }

    private static void CheckVhost(SrsDirective vhost, Action<LintFinding> report)
    {
        var remuxes = vhost.Children.Where(child => child.Name == "http_remux").ToList();
        if (remuxes.Count > 1)
        {
            Report(remuxes[1], "conflict", $"vhost {vhost.Argument} has {remuxes.Count} blocks http_remux: SRS does not start.",
                "Leave one.", report);
        }

        if (vhost["hls"] is { } hls && hls.IsOn("enabled") && remuxes.Find(one => one.IsOn("enabled") && IsTs(one)) is { } ts)
        {
            Report(ts, "conflict", $"vhost {vhost.Argument} has hls and an http_remux to .ts: SRS does not start.",
                "Leave one of the two.", report);
        }

        if (vhost["forward"] is { } forward && forward.IsOn("enabled") && vhost["publish"]?["kickoff_for_idle"]?.Argument == "on")
        {
            Report(forward, "conflict", "forward and kickoff_for_idle are both on: SRS does not start.", "Take kickoff_for_idle out.",
                report);
        }
    }

    private static bool IsTs(SrsDirective remux) => remux["mount"]?.Argument.EndsWith(".ts", StringComparison.Ordinal) == true;

    private static void Report(SrsDirective at, string rule, string why, string fix, Action<LintFinding> report) =>
        report(new LintFinding(rule, ProblemSeverity.Error, at.File, at.Line, why, fix));
}
