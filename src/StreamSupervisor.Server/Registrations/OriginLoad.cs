namespace StreamSupervisor.Server.Registrations;

/// <summary>Whether a node can be given a stream. Zero is: nobody knows.</summary>
public enum OriginHealth
{
    Unknown,
    Up,

    /// <summary>The last look failed.</summary>
    Suspect,
    Down,
}

/// <summary>What the choice of a node rests on.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="PublishUrl">The template of its publish addresses (<see cref="PublishAddress"/>).</param>
/// <param name="Streams">Active streams.</param>
/// <param name="BytesPerSecond">What it receives.</param>
/// <param name="CpuPercent">Of its one thread.</param>
public sealed record OriginLoad(string Name, string PublishUrl, OriginHealth Health, int Streams, long BytesPerSecond = 0,
    double CpuPercent = 0);

/// <summary>Which nodes an encoder is sent to. Pure.</summary>
public static class OriginChoice
{
    /// <summary>An encoder that cannot reach the first has two more to try; a longer list would only be a list of the farm.</summary>
    public const int MaxTargets = 3;

    /// <summary>
    /// In percent of its only thread. A node as busy as this may soon carry none of its streams well, however few they are.
    /// </summary>
    private const double Busy = 80;

    /// <summary>
    /// The nodes in their order: the one that was wished for, the one that had the stream (its viewers and its cache are there), then the
    /// least loaded: by streams, then by bytes, one that is busy after all that are not. Never one that is down, drained or wedged for this
    /// key; a suspect one only when no other is left.
    /// </summary>
    public static IReadOnlyList<OriginLoad> Order(IReadOnlyList<OriginLoad> origins, string? wished, string? last,
        IReadOnlySet<string> drained,
        IReadOnlyCollection<string> wedged)
    {
        var fit = origins.Where(o => o.Health != OriginHealth.Down && !drained.Contains(o.Name) && !wedged.Contains(o.Name)).ToList();
        var sure = fit.Where(o => o.Health == OriginHealth.Up).ToList();
        return
        [
            .. (sure.Count > 0 ? sure : fit)
                .OrderByDescending(o => o.Name == wished)
                .ThenByDescending(o => o.Name == last)
                .ThenBy(o => o.CpuPercent >= Busy)
                .ThenBy(o => o.Streams)
                .ThenBy(o => o.BytesPerSecond)
                .ThenBy(o => o.CpuPercent)
                .ThenBy(o => o.Name, StringComparer.Ordinal)
                .Take(MaxTargets),
        ];
    }
}
