using System.Globalization;
using System.Text;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>Orders as a table of which every program makes a sheet.</summary>
internal static class AuditSheet
{
    /// <summary>Its first line.</summary>
    public const string Head = "time,who,of,order,why\r\n";

    /// <summary>A line for each order.</summary>
    public static string RowsOf(IEnumerable<FeedEntry> orders, AuditWords words)
    {
        var csv = new StringBuilder();
        foreach (var order in orders)
        {
            var at = order.Event.At?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
            string[] cells =
                [at, order.Event.By ?? "", AuditList.SubjectOf(order, words), AuditList.OrderOf(order, words), order.Event.Why ?? ""];
            csv.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
        }

        return csv.ToString();
    }

    /// <summary>A text that begins like a formula would be calculated by the program that opens it; names come from strangers.</summary>
    private static string Cell(string text)
    {
        var harmless = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' ? $"'{text}" : text;
        return $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
