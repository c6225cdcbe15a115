using System.Diagnostics.CodeAnalysis;

namespace StreamSupervisor.Domain.Policies;

/// <summary>
/// A pattern of stream keys: <c>vhost/app/stream</c>, or <c>app/stream</c> for any vhost. <c>*</c> matches within a part; as the last
/// character also all that follows, slashes too. <c>*</c> alone matches every key. Upper and lower case differ, as they do to SRS.
/// An app that has slashes itself needs the vhost before it: <c>*/live/hall/cam</c>.
/// </summary>
public sealed class StreamPattern
{
    private readonly string? _vhost;
    private readonly string _rest;

    private StreamPattern(string text, string? vhost, string rest)
    {
        Text = text;
        _vhost = vhost;
        _rest = rest;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern, or says what is wrong with it in a sentence for the person who wrote it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out StreamPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = ProblemOf(text);
        if (problem is not null)
        {
            return false;
        }

        var first = text!.IndexOf('/', StringComparison.Ordinal);
        pattern = first < 0 || text.IndexOf('/', first + 1) < 0
            ? new StreamPattern(text, null, text)
            : new StreamPattern(text, text[..first], text[(first + 1)..]);
        return true;
    }

    /// <summary>Reads a pattern or throws.</summary>
    /// <exception cref="FormatException">The text is no pattern; the message says why.</exception>
    public static StreamPattern Parse(string text) =>
        TryParse(text, out var pattern, out var problem) ? pattern : throw new FormatException(problem);

    public bool Matches(StreamKey key)
    {
        if (_vhost is not null && !Matches(key.Vhost, _vhost, open: false))
        {
            return false;
        }

        // App and stream are matched as one text, because a star at the end may begin in either.
        var length = key.App.Length + 1 + key.Stream.Length;
        var rest = length <= StreamKey.MaxLength ? stackalloc char[length] : new char[length];
        key.App.CopyTo(rest);
        rest[key.App.Length] = '/';
        key.Stream.CopyTo(rest[(key.App.Length + 1)..]);
        return Matches(rest, _rest, open: true);
    }

    public override string ToString() => Text;

    private static string? ProblemOf(string? text)
    {
        const string Write = "write app/stream or vhost/app/stream, with * for any text";
        if (string.IsNullOrWhiteSpace(text))
        {
            return $"The pattern is empty; {Write}.";
        }

        if (text.Length > StreamKey.MaxLength)
        {
            return $"The pattern is {text.Length} characters long; no stream key is longer than {StreamKey.MaxLength}.";
        }

        if (text.Any(char.IsControl) || text.AsSpan().Trim().Length != text.Length)
        {
            return $"The pattern '{text}' begins or ends with a space or contains a control character; {Write}.";
        }

        // A lone word is more likely a forgotten stream than a wish; only * is clear.
        if (text != "*" && !text.Contains('/', StringComparison.Ordinal))
        {
            return $"The pattern '{text}' names no stream; write {text}/* for the whole app.";
        }

        return text.StartsWith('/') || text.EndsWith('/') || text.Contains("//", StringComparison.Ordinal)
            ? $"The pattern '{text}' has an empty part; {Write}."
            : null;
    }

    /// <summary>
    /// One walk that goes back to the latest star only. That is enough though a star stops at a slash: if giving an earlier star more could
    /// help, the text between the stars would hold no slash, and the later star can reach everything that would be reached then.
    /// </summary>
    /// <param name="open">Whether a star at the end takes slashes too.</param>
    private static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern, bool open)
    {
        int t = 0, p = 0, star = -1, from = 0;
        while (t < text.Length || p < pattern.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                if (open && p == pattern.Length - 1)
                {
                    return true;
                }

                star = p++;
                from = t;
            }
            else if (t < text.Length && p < pattern.Length && pattern[p] == text[t])
            {
                t++;
                p++;
            }
            else if (star >= 0 && from < text.Length && text[from] != '/')
            {
                p = star + 1;
                t = ++from;
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
