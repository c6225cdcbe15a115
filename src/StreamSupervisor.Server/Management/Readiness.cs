using System.Collections.Concurrent;

namespace StreamSupervisor.Server.Management;

/// <summary>Why this member should not get new work now. Born not ready; ready when no reason is left.</summary>
public sealed class Readiness
{
    private readonly ConcurrentDictionary<string, string> _reasons = new() { ["start"] = "The supervisor is starting." };
    private readonly ConcurrentDictionary<string, Func<string?>> _watched = new();
    private readonly ConcurrentDictionary<string, Func<string?>> _warnings = new();

    /// <summary>Whether it takes new work.</summary>
    public bool IsReady => Reasons.Count == 0;

    /// <summary>What stands in the way: a part of the program and a sentence.</summary>
    public IReadOnlyDictionary<string, string> Reasons
    {
        get
        {
            var reasons = new SortedDictionary<string, string>(_reasons);
            Ask(_watched, reasons);
            return reasons;
        }
    }

    /// <summary>What a person must mend though this member takes new work: a part of the program and a sentence.</summary>
    public IReadOnlyDictionary<string, string> Warnings
    {
        get
        {
            var warnings = new SortedDictionary<string, string>();
            Ask(_warnings, warnings);
            return warnings;
        }
    }

    /// <summary>A part that is asked whenever somebody wants to know, because nobody is told when it stops.</summary>
    /// <param name="part">Its name.</param>
    /// <param name="whyNot">Why it is not ready; null when it is. Called often, from any thread.</param>
    public void Watch(string part, Func<string?> whyNot) => _watched[part] = whyNot;

    /// <summary>The same for what only warns.</summary>
    /// <param name="part">Its name.</param>
    /// <param name="warning">What is wrong; null when nothing is. Called often, from any thread.</param>
    public void WatchWarning(string part, Func<string?> warning) => _warnings[part] = warning;

    /// <summary>A part is not ready. Said again, the sentence is replaced.</summary>
    public void NotReady(string part, string why) => _reasons[part] = why;

    /// <summary>A part is ready (again). The part <c>start</c> is there from the beginning.</summary>
    public void Ready(string part) => _reasons.TryRemove(part, out _);

    private static void Ask(ConcurrentDictionary<string, Func<string?>> parts, SortedDictionary<string, string> answers)
    {
        foreach (var (part, ask) in parts)
        {
            if (ask() is { } answer)
            {
                answers.TryAdd(part, answer);
            }
        }
    }
}
