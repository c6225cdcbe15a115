using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>What the actors of all SRS servers on a member share.</summary>
public sealed class OriginServices
{
    /// <summary>The configured servers and the way to their APIs.</summary>
    public required OriginDirectory Directory { get; init; }

    /// <summary>The way to the streams.</summary>
    public required LiveStreamRegion Streams { get; init; }

    /// <summary>What the settings say about a publisher that SRS lists.</summary>
    public required RowReader Rows { get; init; }

    /// <summary>
    /// Reads what the streams of a server are from the stream index, by the server's configured name. It may lag; newer beliefs win.
    /// </summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<StreamBelief>>> LoadBeliefs { get; init; }

    /// <summary>
    /// The keys that <see cref="LoadBeliefs"/> would read, and how new each is. Asked each minute, so that little is read in vain.
    /// </summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<(StreamKey Key, long Sequence)>>> ListBeliefs { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Where it is counted how many keys are on air.</summary>
    internal LiveStreamGauges Gauges { get; init; } = new();

    public OriginSettings Settings { get; init; } = new();
}
