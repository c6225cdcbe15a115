namespace StreamSupervisor.Benchmarks;

/// <summary>A table in Markdown, with columns as wide as their texts.</summary>
internal sealed class Report(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>How busy the machine was over the last minute: a number that was taken beside other work says so itself.</summary>
    public static string Load { get => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?"; }

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        string[][] all = [columns, .. _rows];
        var widths = columns.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        Console.WriteLine();
        Line(columns);
        Console.WriteLine($"|{string.Join('|', widths.Select(width => new string('-', width + 2)))}|");
        foreach (var row in _rows)
        {
            Line(row);
        }

        Console.WriteLine();

        void Line(string[] row) => Console.WriteLine($"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |");
    }
}
