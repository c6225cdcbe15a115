namespace StreamSupervisor.Server.Configuration.Hocon;

/// <content>Values: what stands behind a key.</content>
internal sealed partial class Parser
{
    private Expression ReadValue()
    {
        var position = _token.Position;
        var parts = new List<(string Blank, Expression Value)>();
        while (ReadPart() is { } part)
        {
            parts.Add(part);
        }

        return parts.Count switch
        {
            0 => throw Unexpected("a value"),
            1 => parts[0].Value,
            _ => new Concatenation(position, parts),
        };
    }

    private (string Blank, Expression Value)? ReadPart()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.OpenBrace:
                return (token.Blank, ReadObject());
            case TokenKind.OpenBracket:
                return (token.Blank, ReadList());
            case TokenKind.Word or TokenKind.Quoted:
                Advance();
                HoconValue value = token is { Kind: TokenKind.Word, Text: "null" }
                    ? new HoconNull(token.Position)
                    : new HoconText(token.Position, token.Text);
                return (token.Blank, new Literal(value));
            case TokenKind.Substitution or TokenKind.OptionalSubstitution:
                Advance();
                return (token.Blank, new Substitution(token.Position, ReadPath(token), token.Kind == TokenKind.OptionalSubstitution));
            default:
                return null;
        }
    }

    private ObjectExpression ReadObject()
    {
        using var _ = Nest(1);
        var result = new ObjectExpression(_token.Position);
        Advance();
        ReadFields(result, TokenKind.CloseBrace);
        Advance();
        return result;
    }

    private ListExpression ReadList()
    {
        using var _ = Nest(1);
        var position = _token.Position;
        var items = new List<Expression>();
        Advance();
        SkipNewLines();
        while (_token.Kind != TokenKind.CloseBracket)
        {
            items.Add(ReadValue());
            if (!ReadSeparator(TokenKind.CloseBracket))
            {
                throw Unexpected("a comma, a new line or ']' after the value");
            }
        }

        Advance();
        return new ListExpression(position, items);
    }
}
