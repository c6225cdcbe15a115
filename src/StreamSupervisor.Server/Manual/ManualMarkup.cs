using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace StreamSupervisor.Server.Manual;

/// <summary>Pages of the manual as they are shown: read once from their Markdown, for browsers and for terminals.</summary>
internal static class ManualMarkup
{
    /// <summary>Where a page links to an alert: the file, seen from the manual.</summary>
    private const string Runbooks = "../../Packaging/alerts/runbooks/";

    /// <summary>The same from a Chinese page.</summary>
    private const string ChineseRunbooks = Runbooks + ManualBook.Chinese + "/";

    private const string Suffix = ".md";

    /// <summary>Tables and headings with names, as where the files are shown; no HTML.</summary>
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub)
            .DisableHtml().Build();

    public static MarkdownDocument Parse(string text) => Markdown.Parse(text, Pipeline);

    /// <summary>The page as a part of an HTML page.</summary>
    /// <param name="root">Where the pages of the manual are, without a slash at its end: <c>/ui/manual</c>.</param>
    public static string ToHtml(string text, string root)
    {
        var document = Parse(text);
        foreach (var link in document.Descendants<LinkInline>())
        {
            link.Url = AddressOf(link.Url ?? "", root);
        }

        foreach (var block in document.Descendants<CodeBlock>())
        {
            // It scrolls sideways, by keyboard too.
            block.GetAttributes().AddPropertyIfNotExist("tabindex", "0");
        }

        using var output = new StringWriter();
        var renderer = new HtmlRenderer(output);
        renderer.ObjectRenderers.FindExact<CodeBlockRenderer>()!.OutputAttributesOnPre = true;
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return output.ToString();
    }

    /// <summary>The page of the manual that a link leads to; null: it leads elsewhere.</summary>
    public static string? PageOf(string link)
    {
        var file = link.Split('#')[0];
        return file.EndsWith(Suffix, StringComparison.Ordinal) && !file.Contains('/', StringComparison.Ordinal)
            ? file[..^Suffix.Length]
            : null;
    }

    /// <summary>The alert whose page a link leads to; null: it leads elsewhere.</summary>
    public static string? AlertOf(string link) =>
        link.StartsWith(ChineseRunbooks, StringComparison.Ordinal) ? link[ChineseRunbooks.Length..^Suffix.Length]
        : link.StartsWith(Runbooks, StringComparison.Ordinal) ? link[Runbooks.Length..^Suffix.Length]
        : null;

    private static string AddressOf(string link, string root) =>
        PageOf(link) is { } page ? $"{root}/{page}{link[(page.Length + Suffix.Length)..]}"
        : AlertOf(link) is { } alert ? $"{root}/alerts/{alert}"
        : link;
}
