using System.Globalization;
using System.Text;

namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>Cuts a text into tokens, one at a time.</summary>
internal sealed class Tokenizer(string file, string text)
{
    private const string Reserved = "$\"{}[]:=,+#`^?!@*&\\";

    private int _at = text.StartsWith('\uFEFF') ? 1 : 0;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The next token; after the last one, the end of the file for ever.</summary>
    /// <exception cref="HoconException">No token begins here, or it does not end.</exception>
    public Token Next()
    {
        var blank = Blank();
        SkipComment();
        var position = Here;
        if (_at >= text.Length)
        {
            return new Token(TokenKind.EndOfFile, "", blank, position);
        }

        Token Take(TokenKind kind, int length)
        {
            _at += length;
            return new Token(kind, text.Substring(_at - length, length), blank, position);
        }

        switch (text[_at])
        {
            case '\n':
                var line = Take(TokenKind.NewLine, 1);
                _line++;
                _lineStart = _at;
                return line;
            case ',': return Take(TokenKind.Comma, 1);
            case ':' or '=': return Take(TokenKind.Assign, 1);
            case '{': return Take(TokenKind.OpenBrace, 1);
            case '}': return Take(TokenKind.CloseBrace, 1);
            case '[': return Take(TokenKind.OpenBracket, 1);
            case ']': return Take(TokenKind.CloseBracket, 1);
            case '+' when Ahead("+="): return Take(TokenKind.PlusAssign, 2);
            case '$' when Ahead("${"): return ReadSubstitution(blank, position);
            case '"' when Ahead("\"\"\""): return new Token(TokenKind.Quoted, ReadTripleQuoted(position), blank, position);
            case '"': return new Token(TokenKind.Quoted, ReadQuoted(position), blank, position);
            default: return ReadWord(blank, position);
        }
    }

    private HoconPosition Here => new(file, _line, _at - _lineStart + 1);

    private bool Ahead(string expected) => string.CompareOrdinal(text, _at, expected, 0, expected.Length) == 0;

    private string Blank()
    {
        var start = _at;
        while (_at < text.Length && text[_at] != '\n' && (char.IsWhiteSpace(text[_at]) || text[_at] == '\uFEFF'))
        {
            _at++;
        }

        return text[start.._at];
    }

    private void SkipComment()
    {
        if (Ahead("#") || Ahead("//"))
        {
            var end = text.IndexOf('\n', _at);
            _at = end < 0 ? text.Length : end;
        }
    }

    private Token ReadWord(string blank, HoconPosition position)
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !Reserved.Contains(text[_at], StringComparison.Ordinal)
            && !Ahead("//"))
        {
            _at++;
        }

        return _at > start
            ? new Token(TokenKind.Word, text[start.._at], blank, position)
            : throw new HoconException(position, $"the character '{text[_at]}' must stand inside quotes");
    }

    private Token ReadSubstitution(string blank, HoconPosition position)
    {
        _at += 2;
        var optional = Ahead("?");
        _at += optional ? 1 : 0;
        var start = _at;
        var quoted = false;
        for (; _at < text.Length && text[_at] != '\n'; _at++)
        {
            if (text[_at] == '"')
            {
                quoted = !quoted;
            }
            else if (text[_at] == '}' && !quoted)
            {
                _at++;
                return new Token(optional
                    ? TokenKind.OptionalSubstitution
                    : TokenKind.Substitution, text[start..(_at - 1)], blank, position);
            }
        }

        throw new HoconException(position, "the substitution is not closed: expected '}' on the same line");
    }

    private string ReadTripleQuoted(HoconPosition position)
    {
        _at += 3;
        var start = _at;
        var end = text.IndexOf("\"\"\"", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new HoconException(position, "the triple-quoted text is not closed: expected \"\"\"");
        }

        // Of more than three quotes the last three close: """a"""" is a".
        while (end + 3 < text.Length && text[end + 3] == '"')
        {
            end++;
        }

        for (_at = start; _at < end; _at++)
        {
            if (text[_at] == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }
        }

        _at = end + 3;
        return text[start..end];
    }

    private string ReadQuoted(HoconPosition position)
    {
        var result = new StringBuilder();
        for (_at++; _at < text.Length && text[_at] != '\n'; _at++)
        {
            switch (text[_at])
            {
                case '"':
                    _at++;
                    return result.ToString();
                case '\\':
                    result.Append(ReadEscape());
                    break;
                default:
                    result.Append(text[_at]);
                    break;
            }
        }

        throw new HoconException(position,
            "the quoted text is not closed: expected '\"' on the same line (text of several lines stands in \"\"\")");
    }

    // Leaves _at on the last character of the escape.
    private char ReadEscape()
    {
        var position = Here;
        var escape = ++_at < text.Length ? text[_at] : '\0';
        if (escape == 'u' && _at + 4 < text.Length
            && ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _at += 4;
            return (char)code;
        }

        return escape switch
        {
            '"' or '\\' or '/' => escape,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw new HoconException(position, "no such escape: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"),
        };
    }
}
