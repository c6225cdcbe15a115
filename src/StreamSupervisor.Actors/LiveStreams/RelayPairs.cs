using System.Collections.Concurrent;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// The pairs of servers of which one was seen to copy streams from the other. As many as there are pairs of configured servers at most.
/// </summary>
internal sealed class RelayPairs
{
    private readonly ConcurrentDictionary<(string Origin, string Of), bool> _seen = new();

    /// <summary>Whether this pair is new: once for each on this member, until it is started again.</summary>
    public bool IsFirst(string origin, string of) => _seen.TryAdd((origin, of), true);
}
