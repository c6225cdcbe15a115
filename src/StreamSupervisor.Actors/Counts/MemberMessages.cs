namespace StreamSupervisor.Actors.Counts;

/// <summary>Asks a member how often things happened there; answered with <see cref="MemberCounts"/>.</summary>
public sealed record GetMemberCounts
{
    public static readonly GetMemberCounts Instance = new();
}

/// <summary>What one member counts of the keys that it owns. A property that a later version adds needs a default value.</summary>
/// <param name="Admissions">Attempts that were let in within the last minute.</param>
/// <param name="Refusals">Attempts that were refused within the last minute.</param>
/// <param name="Takeovers">Admissions, among those, for which an older session was removed.</param>
/// <param name="Flaps">Keys that were found within the last minute to be published again and again.</param>
/// <param name="Quarantined">Keys whose journal cannot be read, now.</param>
public sealed record MemberCounts(int Admissions = 0, int Refusals = 0, int Takeovers = 0, int Flaps = 0, int Quarantined = 0)
{
    /// <summary>What several members count together.</summary>
    public static MemberCounts Sum(IReadOnlyList<MemberCounts> all) => new(
        all.Sum(one => one.Admissions), all.Sum(one => one.Refusals), all.Sum(one => one.Takeovers), all.Sum(one => one.Flaps),
        all.Sum(one => one.Quarantined));
}

/// <summary>The same of the whole cluster.</summary>
/// <param name="All">The sum of those who answered.</param>
/// <param name="Silent">Members that did not answer in time: what they count is missing in <paramref name="All"/>.</param>
public sealed record ClusterCounts(MemberCounts All, int Silent);
