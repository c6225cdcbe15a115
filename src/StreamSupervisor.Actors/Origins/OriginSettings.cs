namespace StreamSupervisor.Actors.Origins;

/// <summary>How SRS servers are watched; the same for all of them.</summary>
public sealed record OriginSettings
{
    /// <summary><c>sweep.interval</c>: how often a server's streams are compared with what is believed.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>sweep.silent-after</c>: bytes that stood still for this long are a silent publisher. SRS samples them every 3 s.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary><c>sweep.silence-look</c>: how often bytes are looked at; stretches where a server has many streams. 0 switches the watch off.</summary>
    public TimeSpan SilenceLook { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><c>hooks.max-sessions-per-origin</c>: how many connections of a server are remembered between their hooks.</summary>
    public int MaxClients { get; init; } = 20_000;

    /// <summary>How often each member is told what is known of a server, beside every change.</summary>
    public TimeSpan TellEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after <c>on_close</c> a client that neither published nor played is taken for one that SRS refused. Its other hooks may still be on
    /// their way through other members.
    /// </summary>
    public TimeSpan RefusedUnseenGrace { get; init; } = TimeSpan.FromMilliseconds(300);
}
