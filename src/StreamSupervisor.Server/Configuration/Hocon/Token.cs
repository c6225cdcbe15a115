namespace StreamSupervisor.Server.Configuration.Hocon;

internal enum TokenKind
{
    EndOfFile,
    NewLine,
    Comma,
    Assign,
    PlusAssign,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,

    /// <summary>Unquoted text without blanks.</summary>
    Word,

    /// <summary>Quoted or triple-quoted text, unescaped.</summary>
    Quoted,

    /// <summary><c>${…}</c>; the text is what stands inside.</summary>
    Substitution,

    /// <summary><c>${?…}</c>.</summary>
    OptionalSubstitution,
}

/// <param name="Blank">The blanks before it on its line: they are part of a text that is put together from words.</param>
internal readonly record struct Token(TokenKind Kind, string Text, string Blank, HoconPosition Position)
{
    /// <summary>For error messages. Never the text itself: it may be a password on the wrong line.</summary>
    public string Description => Kind switch
    {
        TokenKind.EndOfFile => "the end of the file",
        TokenKind.NewLine => "the end of the line",
        TokenKind.Word => "unquoted text",
        TokenKind.Quoted => "quoted text",
        TokenKind.Substitution or TokenKind.OptionalSubstitution => "a substitution",
        _ => $"'{Text}'",
    };
}
