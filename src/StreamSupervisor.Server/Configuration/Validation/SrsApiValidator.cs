using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Configuration.Validation;

internal static class SrsApiValidator
{
    public static void Check(SrsApiOptions api, Checks checks)
    {
        checks.Within("srs-api.timeout", api.Timeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30));
        checks.Within("srs-api.page-size", api.PageSize, 10, 1_000_000,
            "SRS raises smaller counts to 10 and overflows with very large ones");
        checks.Within("srs-api.max-concurrent", api.MaxConcurrent, 1, 64, "SRS answers on the thread that carries the media");
        checks.Within("srs-api.break-after", api.BreakAfter, 1, 1000);
        checks.Within("srs-api.break-for", api.BreakFor, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
    }
}
