using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Peers;

/// <summary>
/// What one member saw of an SRS node, for the others. Times are ages, counted when it is sent: clocks of members are not compared.
/// </summary>
/// <param name="Origin">The configured name of the node, the same on every member.</param>
/// <param name="Process">Who listed the streams; null when the look failed.</param>
/// <param name="Streams">All streams that it listed.</param>
/// <param name="Age">How long ago the look began.</param>
/// <param name="SeenAge">How long ago its answer was there.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Failure">Why there was no answer; null when there was one.</param>
internal sealed record OriginLook(string Origin, SrsProcess? Process, IReadOnlyList<SrsStream> Streams, TimeSpan Age, TimeSpan SeenAge, TimeSpan Took,
    string? Failure = null)
{
    /// <summary>How busy the node's only thread is; null where nobody knows.</summary>
    public double? CpuPercent { get; init; }
}
