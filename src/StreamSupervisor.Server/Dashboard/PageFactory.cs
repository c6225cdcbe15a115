using Microsoft.AspNetCore.Http.Features;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Reads off a call what every page needs to know of it.</summary>
internal sealed class PageFactory(
    DashboardOptions options, DashboardAssets assets, ApiContext api, DashboardGate gate, TimeProvider time)
{
    public const string LanguageCookie = "language";
    public const string ThemeCookie = "theme";
    public const string NoticeCookie = "notice";
    private const string StandardTitle = "StreamSupervisor";
    private static readonly string[] Themes = ["light", "dark", "auto"];

    /// <summary>Where the pages begin, without a slash at its end.</summary>
    public string Root { get; } = options.PathBase + DashboardEndpoints.Prefix;

    /// <param name="call">The call, of which the gate has told who makes it.</param>
    /// <param name="path">The page that is shown, where it is not the one that was called.</param>
    public async Task<PageContext> OfAsync(HttpContext call, string? path = null)
    {
        var caller = call.Features.Get<ApiCaller>();
        return new PageContext
        {
            Language = LanguageOf(call.Request),
            Theme = ThemeOf(call.Request.Cookies[ThemeCookie]),
            Root = Root,
            Path = path ?? PathOf(call),
            Title = options.Title.Length > 0 ? options.Title : StandardTitle,
            Links = options.Links,
            Caller = caller is null ? null : ApiEndpoints.Of(caller),
            HasSession = caller is not null && gate.HasKeys,
            Counts = caller is not { Scope.IsAll: true } ? null : await DashboardCounts.OfAsync(api, call.RequestAborted),
            Now = time.GetUtcNow(),
            Notice = PageNotice.Take(call, Root),
            AssetPath = name => $"{Root}/{assets.PathOf(name)}",
        };
    }

    /// <summary>Words in the language of the caller, for an answer that is no page: a whole <see cref="PageContext"/> would count the
    /// streams and take the notice of the last order away.</summary>
    public T Words<T>(HttpRequest request)
        where T : IWords<T> => LanguageOf(request).Words<T>();

    /// <summary>The language that is meant; null for none of ours.</summary>
    public static string? LanguageNamed(string? name) => name is "en" or "zh" ? name : null;

    public static string ThemeOf(string? name) => Themes.Contains(name) ? name! : "auto";

    /// <summary>What a person chose, else what the settings say, else what the browser asks for first.</summary>
    private PageLanguage LanguageOf(HttpRequest request)
    {
        var name = LanguageNamed(request.Cookies[LanguageCookie]) ?? LanguageNamed(options.Language)
            ?? request.Headers.AcceptLanguage.ToString().Split(',')[0].Trim();
        return name.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? PageLanguage.Zh : PageLanguage.En;
    }

    /// <summary>The page as it was called, in ASCII, from the root of the pages on.</summary>
    private static string PathOf(HttpContext call)
    {
        var target = call.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var root = call.Request.PathBase + DashboardEndpoints.Prefix;
        return HttpMethods.IsGet(call.Request.Method) && target.StartsWith(root, StringComparison.OrdinalIgnoreCase)
            ? target[root.Length..]
            : "";
    }
}
