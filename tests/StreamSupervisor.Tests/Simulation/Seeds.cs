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
    private const int Enough = 200;

    private readonly ConcurrentBag<(int Seed, string What)> _broken = [];
    private readonly ConcurrentBag<double> _rests = [];
    private long _steps;
    private int _admissions;
    private int _handovers;
    private int _deletes;

    /// <summary>A setting of the run, as the environment has it.</summary>
    public static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>Runs so many seeds from the first on, and fails with the story of those that broke a promise.</summary>
    public void Hold(int first, int count)
    {
        var watch = Stopwatch.StartNew();
        var next = first - 1;
        OnAllProcessors(count, () =>
        {
            int seed;
            while ((seed = Interlocked.Increment(ref next)) < first + count && _broken.Count < Enough)
            {
                Run(seed);
            }
        });

        var rests = _rests.Order().ToList();
        var seconds = watch.Elapsed.TotalSeconds;
        output.WriteLine($"{count} seeds in {seconds:0.0} s ({count / seconds:0} a second): {_steps} steps, {_admissions} admissions, "
            + $"{_handovers} after a handover, {_deletes} DELETEs; at rest after {rests[rests.Count / 2]:0.0} s (median), "
            + $"{rests[(int)(rests.Count * 0.99)]:0.0} s (99%), {rests[^1]:0.0} s (longest)");
        foreach (var group in _broken.OrderBy(one => one.Seed).GroupBy(one => one.What.Split(' ')[2]))
        {
            var seeds = string.Join(' ', group.Take(ShownOfEach).Select(one => one.Seed));
            output.WriteLine($"{group.Key}: {group.Count()} of them: seeds {seeds}");
        }

        _broken.IsEmpty.ShouldBeTrue(string.Join("\n\n", _broken.OrderBy(one => one.Seed).Take(3).Select(one => one.What)));
    }

    /// <summary>Runs one seed twice, and fails unless both took the same way to the letter.</summary>
    public void Replay(int seed)
    {
        var ways = Enumerable.Range(0, 2).Select(_ =>
        {
            var world = make(seed);
            world.Run();
            return (world.History.Trace, world.Steps);
        }).ToList();
        ways[0].ShouldBe(ways[1]);
    }

    /// <summary>
    /// Runs seeds with a rule of the product broken until one notices that keeps its promises else, by the promise that this rule keeps.
    /// </summary>
    /// <param name="promises">How the promises are named: what the report of a seed begins with.</param>
    public void Notice(int count, params string[] promises)
    {
        var next = 0;
        var noticed = 0;
        OnAllProcessors(count, () =>
        {
            int seed;
            while (Volatile.Read(ref noticed) == 0 && (seed = Interlocked.Increment(ref next)) <= count)
            {
                if (make(seed).Run() is not { } what)
                {
                    continue;
                }

                var named = what[(what.IndexOf(": ", StringComparison.Ordinal) + 2)..];
                _broken.Add((seed, named));
                if (Array.Exists(promises, promise => named.StartsWith(promise, StringComparison.Ordinal)) && new World(seed).Run() is null)
                {
                    Interlocked.CompareExchange(ref noticed, seed, 0);
                }
            }
        });

        var others = string.Join("\n", _broken.OrderBy(one => one.Seed).Take(5).Select(one =>
            $"{one.Seed}: {one.What[..Math.Min(160, one.What.Length)]}"));
        noticed.ShouldBeGreaterThan(0, $"None of {count} seeds noticed it as {string.Join(" or ", promises)}. Others: {others}");
        var story = _broken.First(one => one.Seed == noticed).What;
        var headline = story[..story.IndexOf('\n', StringComparison.Ordinal)];
        output.WriteLine($"Noticed by seed {noticed}, beside {_broken.Count - 1} others: {headline}");
    }

    private static void OnAllProcessors(int count, Action work)
    {
        var threads = Enumerable.Range(0, Math.Min(count, Environment.ProcessorCount)).Select(_ =>
            new Thread(() => work()) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private void Run(int seed)
    {
        var world = make(seed);
        if (world.Run() is { } what)
        {
            _broken.Add((seed, what));
        }

        _rests.Add(world.CameToRestIn.TotalSeconds);
        Interlocked.Add(ref _steps, world.Steps);
        Interlocked.Add(ref _admissions, world.History.Admissions);
        Interlocked.Add(ref _handovers, world.History.Handovers);
        Interlocked.Add(ref _deletes, world.History.Deletes);
    }
}
