using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Runs many worlds, each told by its seed, on all processors; one world stays on one thread.</summary>
/// <param name="make">Makes the world of a seed.</param>
internal sealed class Seeds(Func<int, World> make, ITestOutputHelper output)
{
    private const int ShownOfEach = 20;
    private const int Enough = 40;

    private readonly ConcurrentBag<(int Seed, string What)> _broken = [];
    private readonly ConcurrentBag<double> _rests = [];
    private int _lives;
    private int _admissions;
    private int _handovers;
    private int _deletes;
    private int _reads;

    /// <summary>A setting of the run, as the environment has it.</summary>
    public static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Runs so many seeds from the first on, and fails with the story of those that broke a promise.</summary>
    public void Hold(int first, int count)
    {
        var watch = Stopwatch.StartNew();
        var next = first - 1;
        var threads = Enumerable.Range(0, Math.Min(count, Environment.ProcessorCount)).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var slowest = _rests.Order().ToList();
        output.WriteLine($"{count} seeds in {watch.Elapsed.TotalSeconds:0.0} s ({count / watch.Elapsed.TotalSeconds:0} a second): {_lives} lives, {_admissions} admissions, "
            + $"{_handovers} after a handover, {_deletes} DELETEs, {_reads} reads; at rest after {slowest[slowest.Count / 2]:0.0} s (median), "
            + $"{slowest[(int)(slowest.Count * 0.99)]:0.0} s (99%), {slowest[^1]:0.0} s (longest)");
        foreach (var group in _broken.OrderBy(one => one.Seed).GroupBy(one => one.What.Split(' ')[2]))
        {
            output.WriteLine($"{group.Key}: {group.Count()} of them: seeds {string.Join(' ', group.Take(ShownOfEach).Select(one => one.Seed))}");
        }

        _broken.IsEmpty.ShouldBeTrue(string.Join("\n\n", _broken.OrderBy(one => one.Seed).Take(3).Select(one => one.What)));

        void Work()
        {
            int seed;
            while ((seed = Interlocked.Increment(ref next)) < first + count && _broken.Count < Enough)
            {
                Run(seed);
            }
        }
    }

    /// <summary>Runs one seed so many times, and fails unless all took the same way to the letter.</summary>
    public void Replay(int seed, int times)
    {
        var ways = Enumerable.Range(0, times).Select(_ =>
        {
            using var world = make(seed);
            world.Run();
            return (world.History.Trace, world.Scheduler.Steps);
        });
        ways.Distinct().Count().ShouldBe(1);
    }

    private void Run(int seed)
    {
        using var world = make(seed);
        if (world.Run() is { } what)
        {
            _broken.Add((seed, what));
        }

        _rests.Add(world.CameToRestIn.TotalSeconds);
        Interlocked.Add(ref _lives, world.Lives);
        Interlocked.Add(ref _admissions, world.History.Admissions);
        Interlocked.Add(ref _handovers, world.History.Handovers);
        Interlocked.Add(ref _deletes, world.History.Deletes);
        Interlocked.Add(ref _reads, world.History.Reads);
    }
}
