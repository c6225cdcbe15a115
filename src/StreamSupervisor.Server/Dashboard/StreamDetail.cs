using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Dashboard;

/// <summary>What the page of a stream shows.</summary>
/// <param name="Stream">As its actor says.</param>
/// <param name="Entries">What happened to it, newest first.</param>
/// <param name="Next">The cursor of older events; null where there are none.</param>
/// <param name="IsFirst">Whether these are the newest events.</param>
/// <param name="Order">The order whose dialog is open; null: none.</param>
public sealed record StreamDetail(
    StreamView Stream, IReadOnlyList<TimelineEntry> Entries, string? Next, bool IsFirst, string? Order)
{
    private const int MostReasons = 5;

    /// <summary>The orders that can be given to it now.</summary>
    public IReadOnlyList<string> Orders { get; } =
    [
        .. Stream.Session is null ? [] : new[] { "kick" },
        Stream is { Locked: null } ? "lock" : "unlock",
        .. Stream is { Locked: null, Pinned: not null } ? new[] { "unlock" } : [],
        "pin",
        "release",
    ];

    /// <summary>Why orders were given last, offered for the next one.</summary>
    public IEnumerable<string> Reasons =>
        Entries.Where(entry => entry is { By: not null, Why: not null }).Select(entry => entry.Why!).Distinct().Take(MostReasons);

    /// <summary>Whether these are orders of a stream.</summary>
    public static bool IsOrder(string? verb) => verb is not null && OperatorOrder.Verbs.Contains(verb);
}
