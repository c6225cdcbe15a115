namespace StreamSupervisor.Server.Configuration;

/// <summary><c>sweep</c>: looking at every node.</summary>
public sealed class SweepOptions
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that stood still for this long are a silent publisher. SRS samples them every 3 s.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How often bytes are looked at; stretches by itself where a node has many streams. 0 switches the watch off.</summary>
    public TimeSpan SilenceLook { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether a publisher whose stream SRS sends to none of its players is evicted; else it is only told.</summary>
    public bool EvictOrphans { get; init; }
}
