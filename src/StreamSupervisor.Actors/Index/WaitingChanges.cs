using System.Diagnostics.CodeAnalysis;
using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <summary>
/// Changes that wait to be written, of each key the newest only, those of the key that waits longest first. Bounded; not thread-safe.
/// </summary>
/// <param name="capacity">Keys that may wait.</param>
internal sealed class WaitingChanges(int capacity)
{
    private readonly Dictionary<string, LiveStreamChanged> _newest = [];

    /// <summary>The same keys. A dictionary alone gives the newest the places of those that are gone, and the oldest waits on.</summary>
    private readonly Queue<string> _order = [];

    /// <summary>Keys that wait.</summary>
    public int Count => _order.Count;

    /// <summary>Takes a change in, unless a newer one of its key waits.</summary>
    /// <returns>False when there is no room for another key.</returns>
    public bool Keep(LiveStreamChanged change)
    {
        if (_newest.TryGetValue(change.Key, out var older))
        {
            if (older.Sequence < change.Sequence)
            {
                _newest[change.Key] = change;
            }

            return true;
        }

        if (_order.Count == capacity)
        {
            return false;
        }

        _newest.Add(change.Key, change);
        _order.Enqueue(change.Key);
        return true;
    }

    /// <summary>Takes out those that wait longest, so many at most.</summary>
    public List<LiveStreamChanged> Take(int most)
    {
        var taken = new List<LiveStreamChanged>(Math.Min(most, Count));
        while (taken.Count < most && TryTake(out var change))
        {
            taken.Add(change);
        }

        return taken;
    }

    public void Clear()
    {
        _newest.Clear();
        _order.Clear();
    }

    private bool TryTake([MaybeNullWhen(false)] out LiveStreamChanged change)
    {
        change = null;
        return _order.TryDequeue(out var key) && _newest.Remove(key, out change);
    }
}
