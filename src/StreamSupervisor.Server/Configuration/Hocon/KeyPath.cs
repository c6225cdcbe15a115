namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>A dotted path while it is read: dots in unquoted text separate, dots in quoted text do not.</summary>
internal struct KeyPath(HoconPosition position)
{
    private readonly List<string> _finished = [];
    private string? _open;

    public readonly bool IsEmpty => _open is null && _finished.Count == 0;

    public void Add(Token token)
    {
        if (token.Kind == TokenKind.Quoted)
        {
            _open += token.Text;
            return;
        }

        var parts = token.Text.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                Close();
            }

            if (parts[i].Length > 0)
            {
                _open += parts[i];
            }
        }
    }

    public List<string> Finish()
    {
        Close();
        return _finished;
    }

    private void Close()
    {
        _finished.Add(_open ?? throw new HoconException(position,
            "a part of the dotted key is empty: expected a name on both sides of each dot"));
        _open = null;
    }
}
