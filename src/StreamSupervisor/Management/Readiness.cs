using System.Collections.Concurrent;

namespace StreamSupervisor.Management;

/// <summary>Why this member should not get new work now. Born not ready; ready when no reason is left.</summary>
public sealed class Readiness
{
    private readonly ConcurrentDictionary<string, string> _reasons = new() { ["start"] = "The supervisor is starting." };

    /// <summary>Whether it takes new work.</summary>
    public bool IsReady => _reasons.IsEmpty;

    /// <summary>What stands in the way: a part of the program and a sentence.</summary>
    public IReadOnlyDictionary<string, string> Reasons => new SortedDictionary<string, string>(_reasons);

    /// <summary>A part is not ready. Said again, the sentence is replaced.</summary>
    public void NotReady(string part, string why) => _reasons[part] = why;

    /// <summary>A part is ready (again). The part <c>start</c> is there from the beginning.</summary>
    public void Ready(string part) => _reasons.TryRemove(part, out _);
}
