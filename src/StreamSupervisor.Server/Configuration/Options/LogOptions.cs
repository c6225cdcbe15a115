namespace StreamSupervisor.Server.Configuration;

/// <summary><c>log</c>: what is written to standard output, and how.</summary>
public sealed class LogOptions
{
    /// <summary><c>error</c>, <c>warning</c>, <c>information</c> or <c>debug</c>.</summary>
    public string Level { get; init; } = "information";

    /// <summary><c>text</c>, <c>json</c> (one object a line) or <c>systemd</c> (a priority in front, no time: journald adds its
    /// own).</summary>
    public string Format { get; init; } = "text";
}
