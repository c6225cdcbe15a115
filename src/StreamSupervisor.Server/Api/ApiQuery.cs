using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace StreamSupervisor.Server.Api;

/// <summary>Reads the query of a call; each mistake names the parameter and the fix.</summary>
internal static class ApiQuery
{
    /// <summary>Characters of a text to search for.</summary>
    public const int MaxText = 512;

    /// <summary>A parameter that is mistyped would otherwise widen the answer without a word.</summary>
    public static void AllowOnly(this IQueryCollection query, params IReadOnlyList<string> known)
    {
        foreach (var name in query.Keys)
        {
            if (!known.Contains(name))
            {
                throw Wrong(name.Length > 64 ? name[..64] : name,
                    known.Count == 0
                        ? "This call takes no parameters."
                        : $"There is no such parameter; there are {string.Join(", ", known)}.");
            }
        }
    }

    public static string? Text(this IQueryCollection query, string name, int max = MaxText)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            throw Wrong(name, "Give it once.");
        }

        var text = values.ToString();
        if (text.Length > max)
        {
            throw Wrong(name, $"At most {max} characters.");
        }

        return text.Length == 0 ? null : text;
    }

    public static string? OneOf(this IQueryCollection query, string name, IReadOnlyList<string> words)
    {
        var text = query.Text(name);
        return text is null || words.Contains(text) ? text : throw Wrong(name, $"It is one of {string.Join(", ", words)}.");
    }

    /// <summary>How many rows a page has at most: what was asked for, and never more than the settings allow.</summary>
    public static int Limit(this IQueryCollection query, int standard, int max)
    {
        if (query.Text("limit") is not { } text)
        {
            return Math.Min(standard, max);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1
            ? Math.Min(limit, max)
            : throw Wrong("limit", $"It is a number from 1; a page has at most {max} rows.");
    }

    /// <summary>The place behind which the page begins; null on the first page.</summary>
    public static string? Cursor(this IQueryCollection query)
    {
        if (query.Text("cursor", max: 4096) is not { } text)
        {
            return null;
        }

        try
        {
            return FromCursor(text);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException)
        {
            throw BadCursor();
        }
    }

    public static string FromCursor(string cursor) =>
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));

    public static string ToCursor(string place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place));

    public static ApiProblemException BadCursor() => Wrong("cursor", "Send the 'next' of the page before, unchanged.");

    private static ApiProblemException Wrong(string name, string detail) => new(ApiProblem.BadField(name, $"{name}: {detail}"));
}
