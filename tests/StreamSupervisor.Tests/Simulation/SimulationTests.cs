using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Random worlds, thousands of them, each told by its seed. <c>SIMULATION_SEEDS</c> is how many, <c>SIMULATION_FIRST</c> where they begin,
/// <c>SIMULATION_SEED</c> replays one.
/// </summary>
public class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void In_every_world_the_promises_hold()
    {
        var only = Setting("SIMULATION_SEED");
        var first = only ?? Setting("SIMULATION_FIRST") ?? 1;
        var count = only is null ? Setting("SIMULATION_SEEDS") ?? 200 : 1;
        var watch = Stopwatch.StartNew();
        var broken = new ConcurrentBag<(int Seed, string What)>();
        var rests = new ConcurrentBag<double>();
        int lives = 0, admissions = 0, handovers = 0, deletes = 0;
        var next = first - 1;
        var threads = Enumerable.Range(0, only is null ? 2 : 1).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var slowest = rests.Order().ToList();
        output.WriteLine($"{count} seeds in {watch.Elapsed.TotalSeconds:0.0} s ({count / watch.Elapsed.TotalSeconds:0} a second): {lives} lives, {admissions} admissions, "
            + $"{handovers} after a handover, {deletes} DELETEs; at rest after {slowest[slowest.Count / 2]:0.0} s (median), {slowest[(int)(slowest.Count * 0.99)]:0.0} s (99%), {slowest[^1]:0.0} s (longest)");
        foreach (var group in broken.OrderBy(one => one.Seed).GroupBy(one => one.What.Split(' ')[2]))
        {
            output.WriteLine($"{group.Key}: {group.Count()} of them: seeds {string.Join(' ', group.Take(20).Select(one => one.Seed))}");
        }

        broken.IsEmpty.ShouldBeTrue(string.Join("\n\n", broken.OrderBy(one => one.Seed).Take(3).Select(one => one.What)));

        void Work()
        {
            int seed;
            while ((seed = Interlocked.Increment(ref next)) < first + count && broken.Count < 40)
            {
                using var world = new World(seed) { Telling = only is null ? 40 : 4_000 };
                if (world.Run() is { } what)
                {
                    broken.Add((seed, what));
                }

                rests.Add(world.CameToRestIn.TotalSeconds);
                Interlocked.Add(ref lives, world.Lives);
                Interlocked.Add(ref admissions, world.History.Admissions);
                Interlocked.Add(ref handovers, world.History.Handovers);
                Interlocked.Add(ref deletes, world.History.Deletes);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_seed_replays_to_the_letter(int seed)
    {
        using var once = new World(seed);
        using var again = new World(seed);
        once.Run();
        again.Run();
        again.History.Trace.ShouldBe(once.History.Trace);
        again.Scheduler.Steps.ShouldBe(once.Scheduler.Steps);
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}
