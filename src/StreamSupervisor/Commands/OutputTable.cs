using System.Globalization;
using Spectre.Console;

namespace StreamSupervisor.Commands;

/// <summary>
/// A table for people: with lines in a terminal; elsewhere plain columns that <c>grep</c> and <c>awk</c> can read, and no colour.
/// </summary>
internal sealed class OutputTable(params IReadOnlyList<string> columns)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells) => _rows.Add([.. cells.Select(Plain)]);

    public void Write(TextWriter output)
    {
        if (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
        {
            WriteLined();
        }
        else
        {
            WritePlain(output);
        }
    }

    /// <summary>The text without characters that a terminal would obey: names come from strangers.</summary>
    public static string Plain(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(one => char.IsControl(one) ? '?' : one))
        : text;

    /// <summary>A time as people compare it with logs; UTC, since the machines of a fleet are.</summary>
    public static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void WriteLined()
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns([.. columns.Select(column => new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))))]);
        foreach (var row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(cell, StyleOf(cell))));
        }

        AnsiConsole.Write(table);
    }

    private void WritePlain(TextWriter output)
    {
        var widths = columns.Select((column, index) => _rows.Select(row => row[index].GetCellWidth()).Append(column.Length).Max()).ToList();
        foreach (var row in _rows.Prepend(columns.Select(column => column.ToUpperInvariant()).ToList()))
        {
            // An empty cell would shift the columns behind it for whoever splits at spaces.
            output.WriteLine(string.Join("  ", row.Select((cell, index) => Padded(cell.Length > 0 ? cell : "-", widths[index]))).TrimEnd());
        }
    }

    /// <summary>Chinese, Japanese and Korean signs take two places of a terminal each.</summary>
    private static string Padded(string text, int width) => text + new string(' ', Math.Max(0, width - text.GetCellWidth()));

    private static Style? StyleOf(string cell) => cell switch
    {
        "live" or "up" or "active" or "serving" => new Style(Color.Green),
        "handover" or "interrupted" or "suspect" or "draining" or "recovering" => new Style(Color.Yellow),
        "down" or "lost" or "unowned" => new Style(Color.Red),
        "idle" => new Style(Color.Grey),
        _ => null,
    };
}
