using System.Diagnostics;
using System.Numerics;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>How long answers took: a histogram with steps of 3 %, so that counting costs nothing beside what is counted.</summary>
internal sealed class Latencies
{
    private const int Steps = 32;

    private readonly long[] _buckets = new long[64 * Steps];
    private long _count;

    /// <summary>How many were counted.</summary>
    public long Count => _count;

    public void Add(long ticks)
    {
        _buckets[BucketOf((ulong)Math.Max(0, ticks))]++;
        _count++;
    }

    public void Add(Latencies other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += other._buckets[i];
        }

        _count += other._count;
    }

    /// <summary>So much of all took at most this long.</summary>
    public TimeSpan Percentile(double share)
    {
        var left = (long)Math.Ceiling(_count * share);
        for (var i = 0; i < _buckets.Length; i++)
        {
            left -= _buckets[i];
            if (left <= 0)
            {
                return TimeSpan.FromSeconds(UpperEndOf(i) / (double)Stopwatch.Frequency);
            }
        }

        return TimeSpan.Zero;
    }

    private static int BucketOf(ulong ticks)
    {
        var power = BitOperations.Log2(ticks | Steps) - BitOperations.Log2(Steps);
        return (power * Steps) + (int)(ticks >> power);
    }

    private static ulong UpperEndOf(int bucket)
    {
        var power = bucket < 2 * Steps ? 0 : (bucket / Steps) - 1;
        return ((ulong)(bucket - (power * Steps)) + 1) << power;
    }
}
