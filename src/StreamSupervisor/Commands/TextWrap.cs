using System.Text;

namespace StreamSupervisor.Commands;

/// <summary>Text in lines of a terminal. Chinese has no spaces: a line may end behind each of its signs.</summary>
internal static class TextWrap
{
    /// <summary>Signs that no line begins with.</summary>
    private const string NeverFirst = "，。、；：！？）」』”’》…";

    /// <summary>The lines of a text; a word that is longer than a line has one of its own.</summary>
    /// <param name="width">Cells that a line may take.</param>
    public static IEnumerable<string> Lines(string text, int width)
    {
        var line = new StringBuilder();
        var used = 0;
        foreach (var piece in Pieces(text))
        {
            var cells = Cells.WidthOf(piece.TrimEnd());
            if (used > 0 && used + cells > width)
            {
                yield return line.ToString().TrimEnd();
                line.Clear();
                used = 0;
            }

            line.Append(piece);
            used += Cells.WidthOf(piece);
        }

        yield return line.ToString().TrimEnd();
    }

    /// <summary>What is not to be parted: a word with the spaces behind it, a wide sign with the marks behind it.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        var piece = new StringBuilder();
        Rune? before = null;
        foreach (var sign in text.EnumerateRunes())
        {
            var parts = before is { } last && !IsNeverFirst(sign)
                && ((last.Value == ' ' && sign.Value != ' ') || IsWide(last) || (IsWide(sign) && !IsOpening(last)));
            if (parts)
            {
                yield return piece.ToString();
                piece.Clear();
            }

            piece.Append(sign);
            before = sign;
        }

        yield return piece.ToString();
    }

    private static bool IsWide(Rune sign) => sign.Value > 0x2E7F && Cells.WidthOf(sign.ToString()) == 2 && !IsOpening(sign);

    private static bool IsOpening(Rune sign) => sign.Value is '（' or '「' or '“' or '《' or '(';

    private static bool IsNeverFirst(Rune sign) => NeverFirst.Contains(sign.ToString(), StringComparison.Ordinal);
}
