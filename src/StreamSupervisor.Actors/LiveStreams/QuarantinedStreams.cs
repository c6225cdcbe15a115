using System.Collections.Concurrent;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>A key whose journal cannot be read.</summary>
/// <param name="Why">What the reader said.</param>
/// <param name="Since">When this member found it.</param>
/// <param name="LastGood">Number of the last record before the first that cannot be read; 0 when that is the first.</param>
/// <param name="StartsAnew">An operator has ordered a new beginning.</param>
public sealed record QuarantinedStream(string Why, DateTimeOffset Since, long LastGood, bool StartsAnew = false);

/// <summary>
/// The keys of this member whose journal cannot be read. Akka stops an actor whose recovery failed, so what is known of it must live
/// longer than it. In memory only: another member, or this one after a restart, reads the journal itself and finds the same, unless it is
/// a version that can read it.
/// </summary>
/// <remarks>
/// The way out is <see cref="ReleaseQuarantine"/> (<c>streams release --journal</c>): read again, or start anew behind what cannot be
/// read. A command that the rules fail on does not lead here: rules are pure, so it harms nothing but itself.
/// </remarks>
public sealed class QuarantinedStreams
{
    private readonly ConcurrentDictionary<string, QuarantinedStream> _byKey = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _byKey.Count;

    /// <summary>All of them, by key.</summary>
    public IReadOnlyDictionary<string, QuarantinedStream> All => _byKey;

    internal QuarantinedStream? Find(string key) => _byKey.IsEmpty ? null : _byKey.GetValueOrDefault(key);

    internal void Add(string key, QuarantinedStream stream) => _byKey[key] = stream;

    internal void Remove(string key) => _byKey.TryRemove(key, out _);
}
