using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <summary>Which streams a list shows, in the order of their keys by bytes.</summary>
/// <param name="After">Keys behind this one; empty for the first page.</param>
/// <param name="Limit">At most so many, from 1.</param>
/// <param name="State">Only those in this phase; null for all.</param>
/// <param name="Origin">Only those whose session is on this server; null for all.</param>
/// <param name="Contains">Only those with this in their key; ASCII letters are alike in upper and lower case. Null for all.</param>
public sealed record StreamIndexQuery(
    string After, int Limit, LiveStreamPhase? State = null, string? Origin = null, string? Contains = null);
