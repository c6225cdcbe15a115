using System.Diagnostics;
using System.Globalization;
using StreamSupervisor.Benchmarks.Micro;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Benchmarks.Keys;

/// <summary>
/// Whether a hook costs more where there are more keys, and what a key costs that nobody publishes. On a store that keeps nothing, so that
/// what is measured is ours.
/// </summary>
internal static class KeysBenchmark
{
    private const int Callers = 64;
    private const int Hooks = 400_000;

    public static async Task<int> RunAsync(Switches switches)
    {
        var counts = switches.Numbers("counts", "1000,100000,1000000");
        var times = new Report("keys", "of the fewest", "ns a hook", "hooks/s", "bytes a live key", "load");
        double? first = null;
        foreach (var keys in counts)
        {
            var (nanoseconds, bytes) = await MeasureHooksAsync(keys);
            first ??= nanoseconds;
            times.Add(Text(keys, "N0"), Text(nanoseconds / first.Value, "0.00"), Text(nanoseconds, "N0"), Text(1e9 / nanoseconds, "N0"), Text(bytes, "N0"), Report.Load);
        }

        times.Print();
        var (idle, entry) = await MeasureIdleAsync(counts.Max());
        var memory = new Report("idle entities", "bytes over a plain dictionary", "bytes each", "bytes of a dictionary entry with the same state", "load");
        memory.Add(Text(counts.Max(), "N0"), Text(idle - entry, "0.0"), Text(idle, "0.0"), Text(entry, "0.0"), Report.Load);
        memory.Print();
        Console.WriteLine($"{Callers} callers, {Hooks:N0} hooks over all keys at random after each key was published once; half are publishes, half unpublishes.");
        return 0;
    }

    private static async Task<(double Nanoseconds, double Bytes)> MeasureHooksAsync(int keys)
    {
        var journal = new DiscardingJournal();
        var names = Enumerable.Range(0, keys).Select(LocalRegion.KeyOf).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var region = await LocalRegion.StartAsync(journal, journal, 1);
        var client = 0L;
        await OfAllAsync(keys, (_, number) => region.PublishAndUnpublishAsync(names[number], Interlocked.Increment(ref client)));
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)keys;

        var random = Enumerable.Range(0, Callers).Select(seed => new Random(seed)).ToArray();
        Task Once(int caller, int number) => region.PublishAndUnpublishAsync(names[(random[caller].Next(keys) / Callers * Callers) + caller is var key && key < keys ? key : caller],
            Interlocked.Increment(ref client));
        await OfAllAsync(Hooks / 8, Once);
        var since = Stopwatch.GetTimestamp();
        await OfAllAsync(Hooks / 2, Once);
        var nanoseconds = Stopwatch.GetElapsedTime(since).TotalNanoseconds / Hooks;
        GC.KeepAlive(names);
        return (nanoseconds, bytes);
    }

    private static async Task<(double Entity, double Entry)> MeasureIdleAsync(int keys)
    {
        var names = Enumerable.Range(0, keys).Select(LocalRegion.KeyOf).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var plain = new Dictionary<string, LiveStreamState>();
        foreach (var name in names)
        {
            plain.Add(name, new LiveStreamState { Key = StreamKey.Parse(name) });
        }

        var entry = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)keys;
        GC.KeepAlive(plain);
        plain = null;

        var journal = new DiscardingJournal();
        before = GC.GetTotalMemory(forceFullCollection: true);
        using var region = await LocalRegion.StartAsync(journal, journal, 1);
        await OfAllAsync(keys, (_, number) =>
            region.Region.AskAsync(names[number], new GetState(), TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1), CancellationToken.None));
        var entity = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)keys;
        if (region.Region.EntitiesInMemory != keys)
        {
            throw new InvalidOperationException($"{region.Region.EntitiesInMemory} entities are in memory.");
        }

        GC.KeepAlive(names);
        return (entity, entry);
    }

    /// <summary>Does something so many times, by callers that each wait for it.</summary>
    private static Task OfAllAsync(int count, Func<int, int, Task> once) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        for (var number = caller; number < count; number += Callers)
        {
            await once(caller, number);
        }
    })));

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
