namespace StreamSupervisor.Simulator.Connections;

/// <summary>What SRS keeps per stream besides the rows of the API: who publishes into it, who plays from it.</summary>
internal sealed class LiveSource(string url)
{
    public string Url { get; } = url;

    /// <summary>SRS's busy check up to 7.0.61.</summary>
    public bool CanPublish { get; set; } = true;

    /// <summary>Null while nobody publishes, and for a ghost: taken, by nobody.</summary>
    public SimulatedConnection? Publisher { get; set; }

    public List<SimulatedConnection> Players { get; } = [];

    /// <summary>When the last publisher or player left. A fresh source has died at the beginning of time: that is the trap.</summary>
    public DateTimeOffset DiedAt { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Thrown away by the cleanup timer: no newcomer will find it.</summary>
    public bool ThrownAway { get; set; }
}

/// <summary>
/// All sources of one SRS process, and the cleanup timer of 6.0.129 to 7.0.150. The timer is one for the process and fires every 3 s, so a
/// first publish that is held d seconds between fetching its source and publishing into it is caught with probability d/3; a source that
/// was published before has 3 s of grace.
/// </summary>
internal sealed class LiveSources(bool cleansUp, DateTimeOffset firstCleanup)
{
    private static readonly TimeSpan CleanupInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<string, LiveSource> pool = new(StringComparer.Ordinal);
    private DateTimeOffset nextCleanup = firstCleanup;

    public LiveSource FetchOrCreate(string url)
    {
        if (!pool.TryGetValue(url, out var source))
        {
            source = new LiveSource(url);
            pool[url] = source;
        }

        return source;
    }

    public void AdvanceTo(DateTimeOffset now)
    {
        for (; nextCleanup <= now; nextCleanup += CleanupInterval)
        {
            if (cleansUp && pool.Count > 0)
            {
                CleanUp(nextCleanup);
            }
        }
    }

    private void CleanUp(DateTimeOffset at)
    {
        List<LiveSource>? dead = null;
        foreach (var source in pool.Values)
        {
            if (source.CanPublish && source.Players.Count == 0 && at - source.DiedAt >= Grace)
            {
                (dead ??= []).Add(source);
            }
        }

        foreach (var source in dead ?? [])
        {
            source.ThrownAway = true;
            pool.Remove(source.Url);
        }
    }
}
