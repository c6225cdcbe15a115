using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Runs seeds with a rule of the product broken until one notices, by the promise that this rule keeps.</summary>
internal static class Noticing
{
    /// <param name="promise">How the promise is named: what the report of a seed begins with.</param>
    /// <param name="make">Makes the world of a seed, with the rule broken.</param>
    /// <param name="seeds">So many at most.</param>
    /// <param name="output">Told which seed noticed.</param>
    public static void Expect(string promise, Func<int, World> make, int seeds, ITestOutputHelper output)
    {
        var others = new List<string>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            if (Named(seed, make) is { } named)
            {
                if (named.StartsWith(promise, StringComparison.Ordinal))
                {
                    output.WriteLine($"Noticed by seed {seed}, after {others.Count} others: {named[..named.IndexOf('\n', StringComparison.Ordinal)]}");
                    return;
                }

                others.Add($"{seed}: {named[..Math.Min(120, named.Length)]}");
            }
        }

        Assert.Fail($"None of {seeds} seeds noticed it as {promise}. Others: {string.Join("\n", others.Take(5))}");
    }

    /// <summary>What the seed breaks, from the name of the promise on; null for nothing.</summary>
    public static string? Named(int seed, Func<int, World> make)
    {
        using var world = make(seed);
        return world.Run() is { } what ? what[(what.IndexOf(": ", StringComparison.Ordinal) + 2)..] : null;
    }
}
