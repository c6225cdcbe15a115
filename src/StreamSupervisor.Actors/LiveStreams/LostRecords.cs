using System.Collections.Concurrent;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// What the keys of this member had written when the journal went back in time, until each starts again and finds what is left of it.
/// </summary>
internal sealed class LostRecords
{
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);
    private long _lost;

    /// <summary>Records that were confirmed and are gone.</summary>
    public long Count => Interlocked.Read(ref _lost);

    /// <summary>The actor of a key stops with this number of its newest record.</summary>
    public void Stopped(string key, long sequence) => _written[key] = sequence;

    /// <summary>It has started again from the journal as it is now.</summary>
    /// <returns>How many records of the key are gone.</returns>
    public long Recovered(string key, long sequence)
    {
        if (_written.IsEmpty || !_written.TryRemove(key, out var written) || written <= sequence)
        {
            return 0;
        }

        Interlocked.Add(ref _lost, written - sequence);
        return written - sequence;
    }
}
