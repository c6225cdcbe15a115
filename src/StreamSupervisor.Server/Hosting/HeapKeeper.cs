namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// Gives back to the machine what the heap holds as holes.
/// <para>
/// The runtime collects the oldest generation beside the program, and leaves its objects where they are. After many keys have gone to rest
/// a third to a half of the heap is holes, which nothing but new long-lived objects fill. One collection that moves the objects together
/// stops the program for a part of a second, so it is done only where it is worth that, and rarely.
/// </para>
/// </summary>
/// <param name="measure">Bytes of the heap and of its holes, as of the last collection.</param>
/// <param name="compact">Moves the objects together.</param>
internal sealed class HeapKeeper(Func<(long Heap, long Holes)> measure, Action compact, TimeProvider time, ILogger<HeapKeeper> logger)
    : BackgroundService
{
    /// <summary>Less is not worth a pause.</summary>
    internal const long WorthIt = 96L << 20;

    /// <summary>How often the heap is looked at; what has gone to rest once stays there.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Between two of them, whatever the heap looks like: where holes come back at once, they are in use.</summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    private DateTimeOffset? _last;

    public static void AddTo(IServiceCollection services, TimeProvider time) => services.AddHostedService(provider => new HeapKeeper(
        Measure, static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true), time,
        provider.GetRequiredService<ILogger<HeapKeeper>>()));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken);
            Look();
        }
    }

    /// <summary>Compacts where a third of the heap and <see cref="WorthIt"/> at least are holes.</summary>
    internal void Look()
    {
        var (heap, holes) = measure();
        if (holes < WorthIt || holes < heap / 3 || (_last is { } last && time.GetUtcNow() - last < Rest))
        {
            return;
        }

        _last = time.GetUtcNow();
        var started = time.GetTimestamp();
        compact();
        logger.LogInformation("{Holes} MB of the heap's {Heap} MB were holes; moved together it has {Left} MB, in a pause of {Pause:0} ms.",
            holes >> 20, heap >> 20, measure().Heap >> 20, time.GetElapsedTime(started).TotalMilliseconds);
    }

    private static (long Heap, long Holes) Measure()
    {
        var last = GC.GetGCMemoryInfo(GCKind.Any);
        return (last.HeapSizeBytes, last.FragmentedBytes);
    }
}
