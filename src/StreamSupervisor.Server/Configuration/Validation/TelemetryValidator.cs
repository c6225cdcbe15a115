namespace StreamSupervisor.Server.Configuration.Validation;

internal static class TelemetryValidator
{
    public static void Check(TelemetryOptions telemetry, Checks checks)
    {
        var otlp = telemetry.Otlp;
        checks.Require("telemetry.otlp.endpoint", otlp.Endpoint.Length == 0
            || IsBaseAddress(otlp.Endpoint), $"'{otlp.Endpoint}' is no base address of a collector.",
            "Write http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:4318; the paths of the signals are put behind.");
        checks.OneOf("telemetry.otlp.protocol", otlp.Protocol, "http/protobuf", "grpc");
        checks.Require("telemetry.otlp.headers", otlp.Headers.Length == 0
            || otlp.Headers.Split(',').All(IsHeader), "is no list of headers.",
            "Write name=value, several with commas between them.");
        checks.Within("telemetry.otlp.interval", otlp.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        checks.Within("telemetry.otlp.timeout", otlp.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        checks.Within("telemetry.otlp.trace-percent", otlp.TracePercent, 0, 100);
        checks.Require("telemetry.otlp.logs", !otlp.Logs || otlp.IsOn, "is on, and there is no collector that the log could go to.",
            "Set telemetry.otlp.endpoint, or logs = off.");
    }

    private static bool IsBaseAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.Query.Length == 0 && uri.UserInfo.Length == 0;

    private static bool IsHeader(string text) => text.IndexOf('=', StringComparison.Ordinal) > 0;
}
