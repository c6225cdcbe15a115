using System.Globalization;
using Spectre.Console;

namespace StreamSupervisor.Commands;

/// <summary>
/// A table for people: with lines in a terminal, and cut to its width; elsewhere plain columns that <c>grep</c> and <c>awk</c> can read,
/// and no colour.
/// </summary>
internal sealed class OutputTable(params IReadOnlyList<string> columns)
{
    /// <summary>No column is cut below this.</summary>
    private const int Narrowest = 8;

    private readonly List<IReadOnlyList<string>> _rows = [];

    /// <summary>Further columns, shown by <see cref="OutputFormat.Wide"/> only.</summary>
    public IReadOnlyList<string> Wide { get; init; } = [];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">Of all columns, those of <see cref="Wide"/> too.</param>
    public void Add(params IReadOnlyList<string> cells) => _rows.Add([.. cells.Select(Plain)]);

    /// <summary>Writes the rows.</summary>
    public void Write(TextWriter output, OutputFormat format = OutputFormat.Table)
    {
        switch (format)
        {
            case OutputFormat.Name:
                _rows.ForEach(row => output.WriteLine(row[0]));
                break;
            case OutputFormat.Table when Terminal.Shows(output):
                WriteLined(Fit(WidthsIn(format), Terminal.Width, edges: 4, apart: 3));
                break;
            default:
                Lines(WidthsIn(format)).ForEach(output.WriteLine);
                break;
        }
    }

    /// <summary>The plain rows, the names of the columns first.</summary>
    /// <param name="width">Cells that a line may take.</param>
    public List<string> Lines(int width) => Lines(Fit(WidthsIn(OutputFormat.Table), width, edges: 0, apart: 2));

    /// <summary>The plain rows in columns of these widths, the names of the columns first.</summary>
    public List<string> Lines(IReadOnlyList<int> widths) =>
    [
        // An empty cell would shift the columns behind it for whoever splits at spaces.
        .. _rows.Prepend([.. columns.Concat(Wide).Select(column => column.ToUpperInvariant())]).Select(row =>
            string.Join("  ", widths.Select((width, index) =>
                Cells.Pad(Cells.Cut(row[index].Length > 0 ? row[index] : "-", width), width))).TrimEnd()),
    ];

    /// <summary>The cells that the columns need.</summary>
    public int[] WidthsIn(OutputFormat format) =>
    [
        .. (format == OutputFormat.Wide ? columns.Concat(Wide) : columns)
            .Select((column, index) => _rows.Select(row => Cells.WidthOf(row[index])).Append(Cells.WidthOf(column)).Max()),
    ];

    /// <summary>The text without characters that a terminal would obey: names come from strangers.</summary>
    public static string Plain(string text) => text.Any(IsObeyed) ? string.Concat(text.Select(one => IsObeyed(one) ? '?' : one)) : text;

    /// <summary>A time as people compare it with logs; UTC, since the machines of a fleet are.</summary>
    public static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Takes from the widest column until a row fits, or none can give any more.</summary>
    /// <param name="edges">Cells at the beginning and the end of a row together.</param>
    /// <param name="apart">Cells between two columns.</param>
    internal static int[] Fit(int[] widths, int most, int edges, int apart)
    {
        int[] fitted = [.. widths];
        var over = fitted.Sum() + (apart * (fitted.Length - 1)) + edges - most;
        for (; over > 0 && fitted.Max() > Narrowest; over--)
        {
            fitted[Array.IndexOf(fitted, fitted.Max())]--;
        }

        return fitted;
    }

    /// <summary>Control characters, and those that turn the direction of what follows: a name could pass for another with them.</summary>
    private static bool IsObeyed(char one) => char.IsControl(one) || one is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private void WriteLined(int[] widths)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns([.. columns.Select(column => new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))))]);
        foreach (var row in _rows)
        {
            table.AddRow(widths.Select((width, index) => new Text(Cells.Cut(row[index], width), StyleOf(row[index]))));
        }

        AnsiConsole.Write(table);
    }

    private static Style? StyleOf(string cell) => cell switch
    {
        "live" or "up" or "active" or "serving" => new Style(Color.Green),
        "handover" or "interrupted" or "suspect" or "draining" or "recovering" => new Style(Color.Yellow),
        "down" or "lost" or "unowned" => new Style(Color.Red),
        "idle" => new Style(Color.Grey),
        _ => null,
    };
}
