namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>A place in a configuration file; line and column count from 1, the column in UTF-16 units.</summary>
internal readonly record struct HoconPosition(string File, int Line, int Column)
{
    /// <summary><c>file:line</c>, as editors and people write it.</summary>
    public override string ToString() => $"{File}:{Line}";
}
