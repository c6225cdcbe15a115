using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>The keys of this member that are published again and again now: those that were seen flapping and whose last publish is
/// within the fight window still.</summary>
internal sealed class FlappingStreams
{
    /// <summary>Beyond it they are not counted: a gauge must not fill the memory.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    /// <summary>Takes what happened to a key.</summary>
    /// <param name="window">The fight window of its policy.</param>
    public void Note(string key, ImmutableArray<LiveStreamEvent> events, TimeSpan window)
    {
        foreach (var happened in events)
        {
            if ((happened is FlappingSeen && _until.Count < Most) || (happened is Admitted && _until.ContainsKey(key)))
            {
                _until[key] = happened.At + window;
            }
        }
    }

    /// <summary>How many there are.</summary>
    public int Count(DateTimeOffset now)
    {
        foreach (var (key, until) in _until)
        {
            if (until < now)
            {
                _until.TryRemove(new KeyValuePair<string, DateTimeOffset>(key, until));
            }
        }

        return _until.Count;
    }
}
