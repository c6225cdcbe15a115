using System.Collections.Frozen;
using System.Text;

namespace StreamSupervisor.Server.Manual;

/// <summary>
/// <c>/ui/manual/alerts/NAME</c>: what an alert means and what to do, for everybody, since whoever is woken by it may have no key at hand.
/// The pages are those of <c>src/Packaging/alerts/runbooks</c>, in English and Chinese. Browsers are shown them as pages of the manual,
/// where there is a dashboard; all others get plain text, in the language that <c>Accept-Language</c> names first, English without.
/// </summary>
internal static class AlertPages
{
    public const string Prefix = "/ui/manual/alerts";

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> Pages =
        new[] { ManualBook.English, ManualBook.Chinese }.ToFrozenDictionary(language => language, ReadAll);

    /// <summary>The names of all alerts that have a page.</summary>
    public static IReadOnlyCollection<string> Names => NamesIn(ManualBook.English);

    /// <summary>The names of those that have one in a language.</summary>
    public static IReadOnlyCollection<string> NamesIn(string language) => Pages[language].Keys;

    /// <summary>Maps them where there is no dashboard.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(Prefix + "/{name}", IResult (HttpContext call, string name) => PlainText(call, name)).ExcludeFromDescription();

    /// <summary>A page of the manual; null where there is no such alert.</summary>
    public static ManualPage? Find(string name, string language) =>
        Pages[language].TryGetValue(name, out var text) ? new ManualPage($"alerts/{name}", name, text) : null;

    /// <summary>The answer to whoever is no browser.</summary>
    public static IResult PlainText(HttpContext call, string name)
    {
        call.Response.Headers.XContentTypeOptions = "nosniff";
        call.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        call.Response.Headers.Vary = "Accept, Accept-Language";
        var isChinese = call.Request.Headers.AcceptLanguage.ToString().TrimStart().StartsWith("zh", StringComparison.OrdinalIgnoreCase);
        return Find(name, isChinese ? ManualBook.Chinese : ManualBook.English) is { } page
            ? Results.Text(page.Text, "text/plain", Encoding.UTF8)
            : Results.Text($"There is no such alert; there are {string.Join(", ", Names.Order(StringComparer.Ordinal))}.", "text/plain",
                Encoding.UTF8, StatusCodes.Status404NotFound);
    }

    private static FrozenDictionary<string, string> ReadAll(string language)
    {
        var folder = $"alerts/{language}/";
        return typeof(AlertPages).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[folder.Length..], Read);
    }

    private static string Read(string name)
    {
        using var file = new StreamReader(typeof(AlertPages).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return file.ReadToEnd();
    }
}
