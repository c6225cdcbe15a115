namespace StreamSupervisor.Server.Configuration.Validation;

internal static class SweepValidator
{
    public static void Check(SweepOptions sweep, Checks checks)
    {
        checks.Within("sweep.interval", sweep.Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        checks.Within("sweep.silent-after", sweep.SilentAfter, TimeSpan.FromSeconds(3.5), TimeSpan.FromMinutes(10),
            "SRS counts bytes every 3 s, so that with less every publisher looks silent");
        checks.Require("sweep.silence-look", sweep.SilenceLook == TimeSpan.Zero || sweep.SilenceLook >= TimeSpan.FromMilliseconds(100),
            "is shorter than 100ms.", "Write 0 to switch the watch off, or at least 100ms.");
        checks.AnyValue("sweep.evict-orphans");
        checks.Require("sweep.silence-look", sweep.SilenceLook <= sweep.SilentAfter, "is longer than sweep.silent-after.",
            "Look at least once in that time.");
    }
}
