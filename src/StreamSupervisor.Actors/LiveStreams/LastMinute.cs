using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>What is counted for people who look at the cluster as it is now; the metrics count more, and for ever.</summary>
internal enum Counted
{
    Admission,
    Refusal,

    /// <summary>An admission for which an older session was removed.</summary>
    Takeover,

    /// <summary>A key is published again and again.</summary>
    Flap,
}

/// <summary>
/// How often things happened to this member's keys within the last minute: 59 seconds and the one that is under way. Sixty numbers for
/// each thing, whatever happens.
/// </summary>
internal sealed class LastMinute(TimeProvider time)
{
    private const int Seconds = 60;

    private readonly System.Threading.Lock _lock = new();
    private readonly int[][] _counts = [.. Enum.GetValues<Counted>().Select(_ => new int[Seconds])];
    private long _now;

    /// <summary>Counts the events of one decision that is durable.</summary>
    public void Count(ImmutableArray<LiveStreamEvent> events)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case Admitted { Rule: AdmissionRule.HandoverDone or AdmissionRule.OldNodeUnreachable }:
                    Add(Counted.Admission);
                    Add(Counted.Takeover);
                    break;
                case Admitted:
                    Add(Counted.Admission);
                    break;
                case AttemptRefused:
                    Add(Counted.Refusal);
                    break;
                case FlappingSeen:
                    Add(Counted.Flap);
                    break;
            }
        }
    }

    public void Add(Counted what)
    {
        lock (_lock)
        {
            GoOn();
            _counts[(int)what][_now % Seconds]++;
        }
    }

    public int Of(Counted what)
    {
        lock (_lock)
        {
            GoOn();
            return _counts[(int)what].Sum();
        }
    }

    /// <summary>Forgets the seconds that are older than a minute.</summary>
    private void GoOn()
    {
        var now = (long)time.GetElapsedTime(0).TotalSeconds;
        for (var second = Math.Max(_now, now - Seconds) + 1; second <= now; second++)
        {
            foreach (var counts in _counts)
            {
                counts[second % Seconds] = 0;
            }
        }

        _now = Math.Max(_now, now);
    }
}
