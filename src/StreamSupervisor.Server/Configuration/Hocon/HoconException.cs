namespace StreamSupervisor.Server.Configuration.Hocon;

/// <summary>
/// The text is not HOCON as we read it. The only exception that reading throws: whatever the bytes are, it is this or a result.
/// The message never quotes a value, since any value may be a secret.
/// </summary>
internal sealed class HoconException(HoconPosition position, string problem)
    : Exception($"{position.File}, line {position.Line}, column {position.Column}: {problem}")
{
    public HoconPosition Position { get; } = position;

    /// <summary>What is wrong and what was expected, without the place.</summary>
    public string Problem { get; } = problem;
}
