using System.Globalization;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Commands.Manual;

/// <summary>A page of the manual as lines for a terminal: wrapped by its cells, code as it is, so that it can be copied.</summary>
internal static class ManualScreen
{
    private const string Bold = "\e[1m";
    private const string Normal = "\e[0m";
    private const string Code = "    ";

    /// <summary>The page.</summary>
    /// <param name="width">Cells that a line may take; code may be longer.</param>
    public static IEnumerable<string> Lines(string text, int width) => Blocks(ManualMarkup.Parse(text), width);

    private static IEnumerable<string> Blocks(IEnumerable<Block> blocks, int width) =>
        blocks.SelectMany(block => Of(block, width).Append(""));

    private static IEnumerable<string> Of(Block block, int width) => block switch
    {
        HeadingBlock heading => [Bold + TextOf(heading.Inline) + Normal],
        ParagraphBlock paragraph => TextWrap.Lines(TextOf(paragraph.Inline), width),
        CodeBlock code => code.Lines.ToString().Split('\n').Select(line => Code + line),
        ListBlock list => list.SelectMany((item, index) => Item((ListItemBlock)item, list.IsOrdered
            ? (index + 1).ToString(CultureInfo.InvariantCulture) + "."
            : "-", width)),
        QuoteBlock quote => Blocks(quote, width - 2).SkipLast(1).Select(line => "│ " + line),
        Table table => Rows(table, width),
        LinkReferenceDefinitionGroup => [],
        ContainerBlock container => Blocks(container, width).SkipLast(1),
        _ => [],
    };

    private static IEnumerable<string> Item(ListItemBlock item, string sign, int width)
    {
        var indent = new string(' ', sign.Length + 1);
        return item.SelectMany(block => Of(block, width - indent.Length))
            .Select((line, index) => index == 0 ? $"{sign} {line}" : indent + line);
    }

    /// <summary>Columns where they fit, else each row as its cells one under the other.</summary>
    private static IEnumerable<string> Rows(Table table, int width)
    {
        List<string[]> rows = [.. table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(TextOf).ToArray())];
        var columns = new OutputTable(rows[0]);
        rows.Skip(1).ToList().ForEach(row => columns.Add(row));
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => Cells.WidthOf(row[column])))];
        if (widths.Sum() + (2 * (widths.Length - 1)) <= width)
        {
            return columns.Lines(widths);
        }

        return rows.Skip(1).SelectMany(row => TextWrap.Lines(row[0], width).Select(line => Bold + line + Normal)
            .Concat(row.Zip(rows[0], (cell, column) => (Cell: cell, Column: column)).Skip(1).Where(one => one.Cell.Length > 0)
                .SelectMany(one => TextWrap.Lines($"{one.Column}: {one.Cell}", width - 2).Select(line => "  " + line))));
    }

    private static string TextOf(TableCell cell) => string.Join(' ', cell.OfType<LeafBlock>().Select(block => TextOf(block.Inline)));

    private static string TextOf(ContainerInline? inline) => string.Concat(inline?.Select(TextOf) ?? []);

    private static string TextOf(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        LinkInline link => TextOf((ContainerInline)link) + LeadsTo(link.Url ?? ""),
        AutolinkInline link => link.Url,
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        ContainerInline container => TextOf(container),
        _ => "",
    };

    /// <summary>Where a link leads, for a reader who cannot click.</summary>
    private static string LeadsTo(string link) =>
        ManualMarkup.PageOf(link) is { Length: > 0 } page ? $" (manual {page})"
        : ManualMarkup.AlertOf(link) is { } alert ? $" (/ui/manual/alerts/{alert})"
        : link.Contains("://", StringComparison.Ordinal) ? $" ({link})"
        : "";
}
