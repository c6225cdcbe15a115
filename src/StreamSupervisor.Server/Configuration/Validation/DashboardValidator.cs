namespace StreamSupervisor.Server.Configuration.Validation;

internal static class DashboardValidator
{
    /// <summary>What stands in an address of a trace for its id.</summary>
    public const string TraceId = "{traceId}";
    private const int LongestTitle = 60;

    public static void Check(DashboardOptions dashboard, Checks checks)
    {
        checks.AnyValue("dashboard.enabled");
        checks.Require("dashboard.path-base", IsPathBase(dashboard.PathBase), $"'{dashboard.PathBase}' is no beginning of a path.",
            "Write it as \"/supervisor\": a slash in front and none at the end, letters, digits and . _ - between; or \"\".");
        checks.Require("dashboard.title", dashboard.Title.Length <= LongestTitle && !dashboard.Title.Any(char.IsControl),
            $"is longer than {LongestTitle} characters or not on one line.", "Write a name that fits into the head of a page.");
        checks.OneOf("dashboard.language", dashboard.Language, "auto", "en", "zh");
        checks.Within("dashboard.max-feeds", dashboard.MaxFeeds, 1, 10_000);
        checks.Require("dashboard.links.grafana", IsLink(dashboard.Links.Grafana),
            $"'{dashboard.Links.Grafana}' is no web address.", "Write it as \"https://grafana.example/d/streams\", or \"\".");
        checks.Require("dashboard.links.traces", IsLink(dashboard.Links.Traces.Replace(TraceId, "0", StringComparison.Ordinal)),
            $"'{dashboard.Links.Traces}' is no web address.", $"Write it as \"https://traces.example/trace/{TraceId}\", or \"\".");
        checks.Advise("dashboard.links.traces",
            dashboard.Links.Traces.Length == 0 || dashboard.Links.Traces.Contains(TraceId, StringComparison.Ordinal),
            $"does not say where the id of the trace stands.", $"Put {TraceId} into it.");
    }

    private static bool IsPathBase(string text) => text.Length == 0
        || (text[0] == '/' && text[1..].Split('/').All(part => part.Length > 0 && part.Trim('.').Length > 0
            && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')));

    private static bool IsLink(string text) => text.Length == 0
        || (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0);
}
