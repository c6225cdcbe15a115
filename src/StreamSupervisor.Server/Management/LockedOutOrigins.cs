using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// SRS servers that nobody can publish to until a person mends the settings: the API's address is another server's, or hooks and API
/// disagree.
/// <para>
/// Every member sees the same server locked out. If one of several made a member not ready, the balancer would take all members out, and
/// the servers that are right would lose their publishers too. So it is a warning, and only when no server is left is a member not ready.
/// </para>
/// </summary>
internal static class LockedOutOrigins
{
    /// <summary>Why this member can admit nobody; null while one server is right, or none is configured.</summary>
    public static string? WhyNotReady(IEnumerable<OriginSnapshot> origins) =>
        Sentences(origins, out var all) is { Count: > 0 } wrong && wrong.Count == all ? string.Join(" ", wrong) : null;

    /// <summary>Which servers are locked out, or let nobody be kicked, and why; null when none is.</summary>
    public static string? Warning(IEnumerable<OriginSnapshot> origins)
    {
        var known = origins.ToList();
        IEnumerable<string> wrong = [.. Sentences(known, out _), .. known.Select(origin => origin.KicksForbidden).OfType<string>()];
        return wrong.Any() ? string.Join(" ", wrong) : null;
    }

    private static List<string> Sentences(IEnumerable<OriginSnapshot> origins, out int all)
    {
        var known = origins.ToList();
        all = known.Count;
        return [.. known.Where(origin => origin.WhyLockedOut is not null).Select(origin => $"{origin.Name}: {origin.WhyLockedOut}")];
    }
}
