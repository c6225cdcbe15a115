using System.Diagnostics.CodeAnalysis;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Credentials;

/// <summary>
/// A pattern of stream keys: <c>vhost/app/stream</c>, or <c>app/stream</c> for any vhost. <c>*</c> matches any characters but a slash; as
/// the last character it matches all that follows, slashes too. <c>*</c> alone matches every key.
/// </summary>
public sealed class KeyPattern
{
    private readonly string? _vhost;
    private readonly string _rest;

    private KeyPattern(string text, string? vhost, string rest)
    {
        Text = text;
        _vhost = vhost;
        _rest = rest;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyPattern? pattern)
    {
        pattern = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > StreamKey.MaxLength || text.Any(char.IsControl))
        {
            return false;
        }

        var first = text.IndexOf('/', StringComparison.Ordinal);
        if (first < 0)
        {
            // A lone word is more likely a forgotten app than a wish; only * is clear.
            pattern = text == "*" ? new KeyPattern(text, null, "*") : null;
            return pattern is not null;
        }

        if (first == 0 || text[^1] == '/' || text.Contains("//", StringComparison.Ordinal))
        {
            return false;
        }

        pattern = text.IndexOf('/', first + 1) < 0
            ? new KeyPattern(text, null, text)
            : new KeyPattern(text, text[..first], text[(first + 1)..]);
        return true;
    }

    /// <exception cref="FormatException">The text is no pattern.</exception>
    public static KeyPattern Parse(string text) =>
        TryParse(text, out var pattern) ? pattern : throw new FormatException($"'{text}' is no pattern of stream keys.");

    public bool Matches(StreamKey key) =>
        (_vhost is null || Matches(key.Vhost, _vhost, open: false)) && Matches($"{key.App}/{key.Stream}", _rest, open: true);

    public override string ToString() => Text;

    // The usual walk with one point of return: linear in practice, at most pattern x text, both bounded by the key's length.
    private static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern, bool open)
    {
        if (open && pattern.Length > 0 && pattern[^1] == '*')
        {
            // All that follows: find any head that the rest of the pattern matches.
            var head = pattern[..^1];
            for (var length = text.Length; length >= 0; length--)
            {
                if (Matches(text[..length], head, open: false))
                {
                    return true;
                }
            }

            return false;
        }

        int t = 0, p = 0, star = -1, from = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                from = t;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                t++;
                p++;
            }
            else if (star >= 0 && text[from] != '/')
            {
                p = star + 1;
                t = ++from;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
