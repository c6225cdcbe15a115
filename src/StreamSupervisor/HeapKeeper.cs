namespace StreamSupervisor;

/// <summary>
/// Keeps the memory of a member near to what lives in it. Left alone, the runtime collects its oldest generation when that has grown to 1.8
/// times of what the last collection left: of 100,000 live keys that would be 300 MB of garbage, which sweeps and decisions leave there a
/// little at a time. This one begins such a collection in the background, which stops nobody for more than a few milliseconds, when the
/// generation has grown by a quarter.
/// <para>
/// Rejected: <c>System.GC.ConserveMemory</c> (it compacts what is fragmented, in collections that stop everybody, and lets the generation
/// grow as before); a hard limit of the heap (beyond it the process ends).
/// </para>
/// </summary>
internal sealed class HeapKeeper : IDisposable
{
    private const int Oldest = 2;
    private const int Large = 3;

    /// <summary>How often it looks; a look costs a few microseconds.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly ITimer _timer;
    private long _begunAfter = -1;

    public HeapKeeper(TimeProvider time) => _timer = time.CreateTimer(_ => Look(), null, LookEvery, LookEvery);

    /// <summary>Whether the oldest generation is worth a collection.</summary>
    /// <param name="left">What the last collection of it left there, in bytes.</param>
    /// <param name="now">What it holds now, in bytes.</param>
    public static bool IsDue(long left, long now) => now > left + Math.Max(left / 4, 32 * 1024 * 1024);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var (background, blocking) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        var last = background.Index > blocking.Index ? background : blocking;

        // One that was begun and has not ended is not begun again.
        if (last.Index != _begunAfter && IsDue(OldOf(last), OldOf(GC.GetGCMemoryInfo(GCKind.Any))))
        {
            _begunAfter = last.Index;
            GC.Collect(Oldest, GCCollectionMode.Forced, blocking: false, compacting: false);
        }
    }

    /// <summary>What the oldest generation and the large objects held after a collection, without the holes between them.</summary>
    private static long OldOf(GCMemoryInfo collection) => collection.GenerationInfo.Length <= Large ? 0
        : SizeOf(collection.GenerationInfo[Oldest]) + SizeOf(collection.GenerationInfo[Large]);

    private static long SizeOf(GCGenerationInfo generation) => generation.SizeAfterBytes - generation.FragmentationAfterBytes;
}
