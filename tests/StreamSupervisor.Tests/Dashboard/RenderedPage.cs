using System.Net;
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

/// <summary>A page as a browser gets it.</summary>
internal sealed partial class RenderedPage
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private RenderedPage(string html) => Html = html;

    public string Html { get; }

    /// <summary>What a person reads, without tags; between them a line feed.</summary>
    public string Text => WebUtility.HtmlDecode(Tag().Replace(Html, "\n"));

    /// <summary>The names of all elements, in their order.</summary>
    public IReadOnlyList<string> Elements => [.. Element().Matches(Html).Select(match => match.Groups["name"].Value)];

    /// <summary>Every tag with its attributes.</summary>
    public IReadOnlyList<(string Tag, IReadOnlyList<string> Attributes)> Tags =>
        [.. Tag().Matches(Html).Select(tag => (tag.Groups["tag"].Value, (IReadOnlyList<string>)[.. tag.Groups["name"].Captures.Select(name => name.Value)]))];

    /// <summary>Every attribute of this name.</summary>
    public IEnumerable<string> ValuesOf(string name) =>
        Tag().Matches(Html).SelectMany(tag => tag.Groups["name"].Captures.Zip(tag.Groups["value"].Captures))
            .Where(one => one.Item1.Value == name).Select(one => WebUtility.HtmlDecode(one.Item2.Value.Trim('=', '"')));

    /// <summary>The element around each text that holds these words.</summary>
    public IEnumerable<string> AroundText(string words) =>
        TextInTag().Matches(Html).Where(text => WebUtility.HtmlDecode(text.Groups["text"].Value).Contains(words, StringComparison.Ordinal))
            .Select(text => text.Groups["tag"].Value);

    public static PageContext Context(PageLanguage language, bool mayOperate = true, string path = "") => new()
    {
        Language = language,
        Theme = "auto",
        Root = "/ui",
        Path = path,
        Title = "StreamSupervisor",
        Links = new DashboardLinkOptions(),
        Caller = new CallerView("night-shift", mayOperate ? "admin" : "viewer"),
        Now = Now,
        AssetPath = name => $"/ui/assets/0/{name}",
    };

    public static async Task<RenderedPage> PageAsync<T>(PageContext page, params (string Name, object? Value)[] parameters)
        where T : IComponent
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var given = parameters.ToDictionary(one => one.Name, one => one.Value);
        given["Page"] = page;
        return new RenderedPage(await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(given))).ToHtmlString()));
    }

    [GeneratedRegex("<(?<name>[a-z][a-z0-9]*)")]
    private static partial Regex Element();

    [GeneratedRegex("""</?(?<tag>[a-zA-Z!][^\s/>]*)(?:\s+(?<name>[^\s=>"/]+)(?<value>(?:="[^"]*")?))*\s*/?>""")]
    private static partial Regex Tag();

    [GeneratedRegex("""<(?<tag>/?[a-zA-Z]+)(?:\s+[^\s=>"/]+(?:="[^"]*")?)*\s*>(?<text>[^<]+)""")]
    private static partial Regex TextInTag();
}
