namespace StreamSupervisor.Server.Configuration.Validation;

internal static class LogValidator
{
    public static void Check(LogOptions log, Checks checks)
    {
        checks.OneOf("log.level", log.Level, "error", "warning", "information", "debug");
        checks.OneOf("log.format", log.Format, "text", "json", "systemd");
    }
}
