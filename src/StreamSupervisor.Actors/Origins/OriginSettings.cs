using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>How SRS servers are watched; the same for all of them.</summary>
public sealed record OriginSettings
{
    /// <summary><c>sweep.interval</c>: how often a server's streams are compared with what is believed.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// <c>sweep.silent-after</c>: bytes that stood still for this long are a silent publisher. SRS samples them every 3 s.
    /// </summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// <c>sweep.silence-look</c>: how often bytes are looked at; stretches where a server has many streams. 0 switches the watch off.
    /// </summary>
    public TimeSpan SilenceLook { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><c>sweep.evict-orphans</c>: whether a publisher that SRS publishes for nobody is evicted; else it is only told.</summary>
    public bool EvictOrphans { get; init; }

    /// <summary><c>hooks.max-sessions-per-origin</c>: how many connections of a server are remembered between their hooks.</summary>
    public int MaxClients { get; init; } = 20_000;

    /// <summary>How often each member is told what is known of a server, beside every change.</summary>
    public TimeSpan TellEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the stream index is read again, so that a belief whose last message was lost is not kept for ever.</summary>
    public TimeSpan ReloadEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How far apart looks at a server with so many rows are: as far as it can bear, and never further than a sweep from the next.
    /// </summary>
    public TimeSpan SpacingFor(int rows)
    {
        var gentle = GentleFor(rows);
        var spacing = SilenceLook > gentle ? SilenceLook : gentle;
        return spacing < SweepInterval ? spacing : SweepInterval;
    }

    /// <summary>The least distance of two looks: one percent of the server's only thread.</summary>
    public TimeSpan GentleFor(int rows)
    {
        var gentle = Look.SpacingFor(Look.CostOfList(rows));
        return gentle < SweepInterval ? gentle : SweepInterval;
    }
}
