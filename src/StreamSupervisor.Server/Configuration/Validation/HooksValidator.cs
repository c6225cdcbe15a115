namespace StreamSupervisor.Server.Configuration.Validation;

internal static class HooksValidator
{
    public static void Check(HooksOptions hooks, Checks checks)
    {
        checks.OneOf("hooks.when-unavailable", hooks.WhenUnavailable, "refuse", "allow");
        checks.Within("hooks.deadline", hooks.Deadline, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(25),
            "SRS waits 30 s, then drops the client");
        checks.Within("hooks.max-body", hooks.MaxBody, 4096L, 1L << 20, "a hook is about 500 bytes plus the encoder's query string");
        checks.Within("hooks.max-sessions-per-origin", hooks.MaxSessionsPerOrigin, 100, 1_000_000);
    }
}
