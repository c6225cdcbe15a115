using Akka.Cluster;

namespace StreamSupervisor.Actors.Membership;

/// <summary>What one look at the table found.</summary>
/// <param name="Rows">Everybody alive, and who ended within ten minutes.</param>
/// <param name="At">Monotonic time.</param>
internal sealed record MembershipLook(IReadOnlyList<MemberRow> Rows, long At);

/// <summary>A member that is alive, from the table and from Akka's cluster.</summary>
/// <param name="Incarnation">Names it in orders; empty for a supervisor alone.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Advertised"><c>host:port</c>.</param>
/// <param name="Address">In Akka's words.</param>
/// <param name="Uid">Tells it from other incarnations at the address.</param>
/// <param name="State">By the table.</param>
/// <param name="AkkaStatus">By Akka's cluster; null where that does not know it (yet, or any more).</param>
/// <param name="Reachable">Whether Akka's failure detector hears it.</param>
/// <param name="Roles">Akka's.</param>
/// <param name="BeatAge">Since its last beat, at the time of the look; null for a supervisor alone.</param>
/// <param name="HasSession">Whether its session at the database was open.</param>
/// <param name="IsSelf">Whether it is the one that was asked.</param>
public sealed record MemberSighting(Guid Incarnation, string Name, string Advertised, string Address, int Uid, MemberState State, MemberStatus? AkkaStatus,
    bool Reachable, IReadOnlyList<string> Roles, TimeSpan? BeatAge, bool HasSession, bool IsSelf);

/// <summary>A member that ended within the last ten minutes.</summary>
/// <param name="State">Dead or left.</param>
/// <param name="Ago">Since then, at the time of the look.</param>
/// <param name="Why">What happened, for people.</param>
public sealed record EndedMember(Guid Incarnation, string Name, string Advertised, MemberState State, TimeSpan Ago, string Why);

/// <summary>The cluster as one member sees it.</summary>
/// <param name="Members">Everybody alive, by name.</param>
/// <param name="Ended">Who ended within ten minutes, the latest first.</param>
/// <param name="Age">Since the look that this comes from; null: there was none, as before the database answers for the first time.</param>
public sealed record MembershipReport(IReadOnlyList<MemberSighting> Members, IReadOnlyList<EndedMember> Ended, TimeSpan? Age);

/// <summary>Reads and moves members, for the management endpoints. Reading asks nobody.</summary>
public sealed class MembershipView
{
    private readonly ClusterMembership _membership;
    private readonly TimeProvider _time;

    internal MembershipView(ClusterMembership membership, TimeProvider time) => (_membership, _time) = (membership, time);

    /// <summary>The cluster now, as far as this member knows.</summary>
    public MembershipReport Report() => _membership switch
    {
        { System: not { } } => new MembershipReport([], [], null),
        { System: { } system, Table: null } => new MembershipReport([Alone(Cluster.Get(system))], [], TimeSpan.Zero),
        { Look: null } => new MembershipReport([], [], null),
        { System: { } system, Look: { } look } => Report(look, Cluster.Get(system)),
    };

    /// <summary>Asks a member to leave. It hands its streams over first, and its process ends with exit code 0.</summary>
    /// <returns>False when it has ended already, or is not known.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public Task<bool> LeaveAsync(Guid incarnation)
    {
        if (_membership.Table is { } table)
        {
            return Task.Run(() => table.Drain(incarnation));
        }

        _membership.Told(MemberState.Draining);
        return Task.FromResult(true);
    }

    /// <summary>Declares a member dead because an operator says so. Its streams go to the others at once, and its process ends when it notices.</summary>
    /// <param name="incarnation">Whom.</param>
    /// <param name="who">Who says so, for the table.</param>
    /// <returns>False when it has ended already, is not known, or there is no table.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public Task<bool> DownAsync(Guid incarnation, string who) =>
        _membership is { Table: { } table, Look: { } look } && look.Rows.FirstOrDefault(row => row.Identity.Incarnation == incarnation) is { } row
            ? Task.Run(() => table.Condemn(row, DeathEvidence.Operator, $"an operator declared it dead ({who})."))
            : Task.FromResult(false);

    private MembershipReport Report(MembershipLook look, Cluster cluster)
    {
        var state = cluster.State;
        return new MembershipReport(
            [.. look.Rows.Where(row => row.IsAlive).OrderBy(row => row.Identity.Name, StringComparer.Ordinal).ThenBy(row => row.Number).Select(row => Sighting(row, state))],
            [
                .. look.Rows.Where(row => !row.IsAlive).OrderBy(row => row.EndedAgo).Select(row => new EndedMember(
                    row.Identity.Incarnation, row.Identity.Name, row.Identity.Advertised, row.State, row.EndedAgo ?? TimeSpan.Zero, row.Why ?? "")),
            ],
            _time.GetElapsedTime(look.At));
    }

    private MemberSighting Sighting(MemberRow row, ClusterEvent.CurrentClusterState state)
    {
        var (identity, known) = (row.Identity, state.Members.FirstOrDefault(member => member.UniqueAddress.Equals(row.Identity.UniqueAddress)));
        return new MemberSighting(identity.Incarnation, identity.Name, identity.Advertised, identity.Address.ToString(), identity.Uid, row.State, known?.Status,
            known is not null && !state.Unreachable.Contains(known), known?.Roles.ToList() ?? [], row.BeatAge, row.HasSession,
            identity.Incarnation == _membership.Incarnation);
    }

    private static MemberSighting Alone(Cluster cluster)
    {
        var self = cluster.SelfMember;
        return new MemberSighting(Guid.Empty, Environment.MachineName, "", self.Address.ToString(), self.UniqueAddress.Uid,
            self.Status == MemberStatus.Up ? MemberState.Active : MemberState.Joining, self.Status, true, self.Roles.ToList(), null, false, true);
    }
}
