namespace StreamSupervisor.Server.Configuration.Validation;

internal static class AdmissionValidator
{
    private static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(8);

    /// <summary>
    /// SRS 6.0.129 to 7.0.150 gives a stream 3 s of grace after a takeover; 10 of 30 publishes held for 4 s were orphaned.
    /// </summary>
    private static readonly TimeSpan SafeHold = TimeSpan.FromSeconds(2.5);

    public static void Check(SupervisorOptions options, Checks checks)
    {
        var admission = options.Admission;
        checks.AnyValue("admission.mode");
        checks.AnyValue("admission.takeover");
        checks.AnyValue("admission.identity");
        CheckHold("admission.hold", admission.Hold, options.Hooks.Deadline, checks);
        checks.Within("admission.confirm-within", admission.ConfirmWithin, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        checks.Advise("admission.confirm-within", admission.ConfirmWithin > options.Sweep.Interval,
            $"is not longer than sweep.interval ({HoconFormat(options.Sweep.Interval)}): each new publisher is asked for alone before the "
            + "next look at its server would find it.", "Make it one and a half times as long, or look more often.");
        checks.Within("admission.reconnect-window", admission.ReconnectWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        checks.Within("admission.fight-window", admission.FightWindow, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        checks.Within("admission.fight-alternations", admission.FightAlternations, 2, 100, "a single takeover is no fight");
        checks.Within("admission.fight-cool-down", admission.FightCoolDown, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        checks.Within("admission.fight-cool-down-max", admission.FightCoolDownMax, admission.FightCoolDown, TimeSpan.FromDays(1),
            "fight-cool-down doubles up to it");
        checks.Within("admission.flapping-publishes", admission.FlappingPublishes, 2, 1000);
        CheckRules(options, checks);
    }

    private static void CheckRules(SupervisorOptions options, Checks checks)
    {
        var rules = options.Admission.Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            var at = $"admission.rules[{i}]";
            checks.Require($"{at}.match", IsPattern(rule.Match), rule.Match.Length == 0
                ? "is missing."
                : $"'{rule.Match}' is no pattern of stream keys.",
                "Write app/stream or vhost/app/stream in quotes; * stands for any text, such as \"live/*\".");
            var earlier = rules.FindIndex(0, i, r => r.Match == rule.Match || r.Match is "*" or "*/*/*");
            checks.Require($"{at}.match", earlier < 0,
                $"is never reached: admission.rules[{earlier}] matches all that it matches, and the first match wins.",
                "Put the narrower pattern first, or take one out.");
            checks.AnyValue($"{at}.mode");
            checks.AnyValue($"{at}.takeover");
            checks.AnyValue($"{at}.identity");
            checks.AnyValue($"{at}.publish-only");
            CheckHold($"{at}.hold", rule.Hold ?? options.Admission.Hold, options.Hooks.Deadline, checks);
            checks.Advise(at, rule is not { Mode: null, Takeover: null, Identity: null, Hold: null, PublishOnly: null },
                "changes nothing.", "Give it one of mode, takeover, identity, hold, publish-only.");
        }
    }

    private static void CheckHold(string setting, TimeSpan hold, TimeSpan deadline, Checks checks)
    {
        checks.Within(setting, hold, TimeSpan.FromMilliseconds(50), MaxHold,
            "SRS drops a client whose hook is not answered, and the encoder gives up before");
        checks.Require(setting, hold < deadline,
            $"{HoconFormat(hold)} is not less than hooks.deadline ({HoconFormat(deadline)}), which would answer first.",
            "Shorten it, or raise hooks.deadline.");
        checks.Advise(setting, hold <= SafeHold,
            $"above {HoconFormat(SafeHold)}, SRS 6.0.129 to 7.0.150 may throw away the stream that was held in on_publish: "
            + "it is shown as live, but nobody sees it.", "Keep it at 2.5s unless all your servers are other versions.");
    }

    private static string HoconFormat(TimeSpan value) => Settings.SettingValue.Format(value);

    private static bool IsPattern(string match) =>
        match.Length is > 0 and <= 512 && !match.Any(char.IsWhiteSpace) && !match.Split('/').Contains("")
        && (match.Contains('/', StringComparison.Ordinal) || match.EndsWith('*'));
}
