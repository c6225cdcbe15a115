using System.Text;
using Spectre.Console;

namespace StreamSupervisor;

/// <summary>Texts as a terminal measures them: Chinese, Japanese and Korean signs take two cells each, marks on a letter none.</summary>
internal static class Cells
{
    private const char More = '…';

    public static int WidthOf(string text) => text.GetCellWidth();

    /// <summary>The text, filled up with spaces.</summary>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - WidthOf(text)));

    /// <summary>The text, or as much of its beginning as fits with a sign that there is more.</summary>
    /// <param name="width">At least 1.</param>
    public static string Cut(string text, int width)
    {
        if (WidthOf(text) <= width)
        {
            return text;
        }

        var kept = new StringBuilder();
        var left = width - 1;
        foreach (var sign in text.EnumerateRunes())
        {
            left -= WidthOf(sign.ToString());
            if (left < 0)
            {
                break;
            }

            kept.Append(sign);
        }

        return kept.Append(More).ToString();
    }
}
