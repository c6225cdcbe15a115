using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Tests.Dashboard;

/// <summary>Pages as the server sends them.</summary>
internal static class Rendered
{
    public static readonly DateTimeOffset Now = new(2026, 7, 4, 12, 0, 0, TimeSpan.Zero);

    public static PageContext PageOf(string role = "operate", PageLanguage language = PageLanguage.En) => new()
    {
        Language = language,
        Theme = "auto",
        Root = "/ui",
        Path = "",
        Title = "a cluster",
        Links = new DashboardLinkOptions(),
        Caller = new CallerView("ann", role),
        Now = Now,
        AssetPath = name => $"/ui/assets/0/{name}",
    };

    public static async Task<string> HtmlOfAsync<T>(PageContext page, params (string Name, object? Value)[] parameters)
        where T : IComponent
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var given = parameters.ToDictionary(one => one.Name, one => one.Value);
        given["Page"] = page;
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(given))).ToHtmlString());
    }

    /// <summary>The names of all elements of a page.</summary>
    public static IReadOnlyList<string> ElementsOf(string html) =>
        [.. Regex.Matches(html, "<(?<name>[a-z][a-z0-9]*)", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Groups["name"].Value)];
}
