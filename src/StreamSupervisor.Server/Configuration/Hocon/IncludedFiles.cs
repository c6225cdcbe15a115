namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>The files that are being read, innermost last: where an include looks, and how a circle is noticed.</summary>
internal sealed class IncludedFiles(Func<string, string> open)
{
    private readonly List<string> _names = [];
    private int _opened;

    public void Enter(string name, HoconPosition position)
    {
        // The same by full path, whatever it was called: a/../a/x.conf is a/x.conf.
        if (_names.Exists(n => Path.GetFullPath(n) == Path.GetFullPath(name)))
        {
            throw new HoconException(position, $"the files include each other in a circle: {string.Join(" -> ", _names)} -> {name}");
        }

        _names.Add(name);
    }

    public void Leave() => _names.RemoveAt(_names.Count - 1);

    public (string Name, string Text) Open(string name, HoconPosition position)
    {
        if (++_opened > HoconDocument.MaxIncludes)
        {
            throw new HoconException(position, $"more than {HoconDocument.MaxIncludes} files are included");
        }

        if (string.IsNullOrWhiteSpace(name) || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new HoconException(position, "the name of the included file is empty or no file name: expected include \"file\"");
        }

        var path = Path.Combine(Path.GetDirectoryName(_names[^1]) ?? "", name);
        Enter(path, position);
        try
        {
            return (path, open(Path.GetFullPath(path)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(position, $"the included file {path} cannot be read: {failure.Message}");
        }
    }
}
