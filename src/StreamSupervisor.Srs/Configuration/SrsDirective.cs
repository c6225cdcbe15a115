namespace StreamSupervisor.Srs.Configuration;

/// <summary>One directive of an SRS configuration: <c>name arguments;</c> or <c>name arguments { … }</c>.</summary>
internal sealed record SrsDirective(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<SrsDirective> Children,
    string File, int Line)
{
    /// <summary>The first argument, or nothing: all that SRS looks at in most places.</summary>
    public string Argument => Arguments.Count > 0 ? Arguments[0] : "";

    /// <summary>The first child of a name: SRS takes the first and passes over repetitions.</summary>
    public SrsDirective? this[string name] => Children.FirstOrDefault(c => c.Name == name);

    /// <summary>Whether a child switch is on; SRS takes every word but <c>on</c> for off.</summary>
    public bool IsOn(string name) => this[name]?.Argument == "on";
}

/// <summary>SRS would not start with this file.</summary>
internal sealed class SrsSyntaxException(string file, int line, string problem) : Exception($"{file}:{line}: {problem}")
{
    public string File { get; } = file;
    public int Line { get; } = line;
    public string Problem { get; } = problem;
}
