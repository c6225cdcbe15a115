using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <summary>Which streams a list shows, in the order of their keys by bytes or with the last changed first.</summary>
/// <param name="After">Keys behind this one; empty for the first page. With <paramref name="ChangedBefore"/>: of those that changed then,
/// those behind this one.</param>
/// <param name="Limit">At most so many, from 1.</param>
/// <param name="State">Only those in this phase; null for all.</param>
/// <param name="Origin">Only those whose session is on this server; null for all.</param>
/// <param name="Contains">Only those with this in their key; ASCII letters are alike in upper and lower case. Null for all.</param>
/// <param name="Active">Only those that are not idle, and those on which an operator has set something.</param>
/// <param name="ByChange">The last changed first; best with <paramref name="Active"/>, since all that pass are sorted for it.</param>
/// <param name="ChangedBefore">With <paramref name="ByChange"/>: those that changed then or earlier, to the millisecond; null for the first
/// page.</param>
/// <param name="With">Only those with this; null for all. What is over by the mere passing of time may be among them: it is for the reader
/// to see.</param>
public sealed record StreamIndexQuery(
    string After, int Limit, LiveStreamPhase? State = null, string? Origin = null, string? Contains = null,
    bool Active = false, bool ByChange = false, DateTimeOffset? ChangedBefore = null, StreamMark? With = null);

/// <summary>What a stream can have beside its phase.</summary>
public enum StreamMark
{
    /// <summary>Nobody may start to publish.</summary>
    Locked,

    /// <summary>SRS holds a ghost of it.</summary>
    Wedged,

    /// <summary>Two encoders pushed each other out.</summary>
    Fought,
}
