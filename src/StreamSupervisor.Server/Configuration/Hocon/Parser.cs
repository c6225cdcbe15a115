namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>Reads one file into an object; an include reads the other file into the same object, at its place.</summary>
internal sealed partial class Parser
{
    private readonly Tokenizer _tokens;
    private readonly IncludedFiles _files;
    private Token _token;
    private int _depth;

    private Parser(string name, string text, IncludedFiles files, int depth)
    {
        _tokens = new Tokenizer(name, text);
        _files = files;
        _depth = depth;
        _token = _tokens.Next();
    }

    /// <exception cref="HoconException">It is not HOCON, or an include cannot be had.</exception>
    public static void ParseFile(string name, string text, ObjectExpression root, Func<string, string> open)
    {
        var files = new IncludedFiles(open);
        files.Enter(name, default);
        ParseFile(name, text, root, files, depth: 0);
    }

    private static void ParseFile(string name, string text, ObjectExpression root, IncludedFiles files, int depth)
    {
        if (text.Length > HoconDocument.MaxFileSize)
        {
            throw new HoconException(new HoconPosition(name, 1, 1), $"the file is larger than {HoconDocument.MaxFileSize / 1024} KiB");
        }

        var parser = new Parser(name, text, files, depth);
        parser.SkipNewLines();
        if (parser._token.Kind == TokenKind.OpenBrace)
        {
            root.Merge(parser.ReadObject());
            parser.SkipNewLines();
        }
        else
        {
            parser.ReadFields(root, TokenKind.EndOfFile);
        }

        if (parser._token.Kind != TokenKind.EndOfFile)
        {
            throw parser.Unexpected("the end of the file");
        }
    }

    private void ReadFields(ObjectExpression target, TokenKind end)
    {
        SkipNewLines();
        while (_token.Kind != end)
        {
            ReadField(target);
            if (!ReadSeparator(end))
            {
                throw Unexpected(end == TokenKind.CloseBrace
                    ? "a comma, a new line or '}' after the value"
                    : "a comma or a new line after the value");
            }
        }
    }

    private void ReadField(ObjectExpression target)
    {
        if (_token is { Kind: TokenKind.Word, Text: "include" } include)
        {
            Advance();
            if (_token.Kind is not (TokenKind.Assign or TokenKind.PlusAssign or TokenKind.OpenBrace))
            {
                ReadInclude(target, include.Position);
                return;
            }

            throw new HoconException(include.Position,
                "include needs a file: write include \"file\", or \"include\" in quotes if it is a key");
        }

        var position = _token.Position;
        var path = ReadKey();
        using var _ = Nest(path.Count - 1);
        switch (_token.Kind)
        {
            case TokenKind.OpenBrace:
                break;
            case TokenKind.PlusAssign:
                Advance();
                SkipNewLines();
                target.Assign(path.ToArray(), new Append(position, ReadValue()));
                return;
            case TokenKind.Assign:
                Advance();
                SkipNewLines();
                break;
            default:
                throw Unexpected("'=', ':', '+=' or '{' after the key");
        }

        target.Assign(path.ToArray(), ReadValue());
    }

    private void ReadInclude(ObjectExpression target, HoconPosition position)
    {
        if (_token.Kind != TokenKind.Quoted)
        {
            throw Unexpected("the name of a file in quotes after include");
        }

        var (name, text) = _files.Open(_token.Text, position);
        Advance();
        ParseFile(name, text, target, _files, _depth);
        _files.Leave();
    }

    private List<string> ReadKey()
    {
        var path = new KeyPath(_token.Position);
        while (_token.Kind is TokenKind.Word or TokenKind.Quoted)
        {
            if (!path.IsEmpty && _token.Blank.Length > 0)
            {
                throw Unexpected("'=', ':', '+=' or '{' after the key (a key with blanks stands in quotes)");
            }

            path.Add(_token);
            Advance();
        }

        return path.IsEmpty ? throw Unexpected("a key") : path.Finish();
    }

    /// <summary>New lines, one comma, new lines; or the end, which needs none.</summary>
    private bool ReadSeparator(TokenKind end)
    {
        var separated = _token.Kind is TokenKind.NewLine;
        SkipNewLines();
        if (_token.Kind == TokenKind.Comma)
        {
            separated = true;
            Advance();
            SkipNewLines();
        }

        return separated || _token.Kind == end;
    }

    /// <summary>The path inside <c>${…}</c>, cut by the same rules as a key.</summary>
    private static List<string> ReadPath(Token substitution)
    {
        var path = new KeyPath(substitution.Position);
        var tokens = new Tokenizer(substitution.Position.File, substitution.Text);
        for (var token = tokens.Next(); token.Kind != TokenKind.EndOfFile; token = tokens.Next())
        {
            if (token.Kind is not (TokenKind.Word or TokenKind.Quoted) || (token.Blank.Length > 0 && !path.IsEmpty))
            {
                throw new HoconException(substitution.Position,
                    "expected the path of a setting or the name of an environment variable in ${…}");
            }

            path.Add(token);
        }

        return path.Finish();
    }

    private void Advance() => _token = _tokens.Next();

    private void SkipNewLines()
    {
        while (_token.Kind == TokenKind.NewLine)
        {
            Advance();
        }
    }

    private HoconException Unexpected(string expected)
    {
        // By far the most common slip: an address without quotes. The plain message would be a riddle.
        var hint = _token is { Kind: TokenKind.Assign, Text: ":" } ? "; a value with ':' in it, such as an address, stands in quotes" : "";
        return new HoconException(_token.Position, $"expected {expected}, found {_token.Description}{hint}");
    }

    private Nesting Nest(int levels)
    {
        _depth += levels;
        return _depth <= HoconDocument.MaxDepth
            ? new Nesting(this, levels)
            : throw new HoconException(_token.Position, $"objects and lists nest deeper than {HoconDocument.MaxDepth}");
    }

    private readonly struct Nesting(Parser parser, int levels) : IDisposable
    {
        public void Dispose() => parser._depth -= levels;
    }
}
