namespace StreamSupervisor.Server.Configuration;

/// <summary><c>hooks</c>.</summary>
public sealed class HooksOptions
{
    /// <summary><c>refuse</c> or <c>allow</c>: the answer when no decision can be had in time.</summary>
    public string WhenUnavailable { get; init; } = "refuse";

    /// <summary>How long a hook waits for a decision at most.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest body, in bytes.</summary>
    public long MaxBody { get; init; } = 65536;

    /// <summary>How many connections per node are remembered between their <c>on_connect</c> and their <c>on_close</c>.</summary>
    public int MaxSessionsPerOrigin { get; init; } = 20_000;
}
