using System.Globalization;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Management;

/// <summary>The cluster as one member sees it. The first fields are those that users of Akka.Management know.</summary>
/// <param name="SelfNode">The address of the member that answers; absent before it has found its cluster.</param>
/// <param name="Unreachable">Members that Akka's failure detector does not hear.</param>
/// <param name="Members">Everybody alive, by name.</param>
/// <param name="Ended">Who left or died within ten minutes, the latest first.</param>
/// <param name="AgeMs">How old this view is; absent before the database has answered for the first time.</param>
/// <param name="Warnings">What a person must mend, by part of the program; absent when there is nothing.</param>
public sealed record ClusterMembersView(string? SelfNode, IReadOnlyList<UnreachableView> Unreachable,
    IReadOnlyList<ClusterMemberView> Members,
    IReadOnlyList<EndedMemberView> Ended, double? AgeMs, IReadOnlyDictionary<string, string>? Warnings = null)
{
    internal static ClusterMembersView Of(MembershipReport report, IReadOnlyList<ShardSighting>? shards,
        IReadOnlyDictionary<string, string> warnings)
    {
        var self = report.Members.FirstOrDefault(member => member.IsSelf)?.Address;
        return new ClusterMembersView(
            self,
            [.. report.Members.Where(member => !member.Reachable)
                .Select(member => new UnreachableView(member.Address, self is null ? [] : [self]))],
            [.. report.Members.Select(member => ClusterMemberView.Of(member, shards))],
            [.. report.Ended.Select(member => new EndedMemberView(
                member.Name, member.Advertised, member.Incarnation, Words.Of(member.State), Math.Round(member.Ago.TotalMilliseconds),
                    member.Why))],
            report.Age is { } age ? Math.Round(age.TotalMilliseconds) : null,
            warnings.Count > 0 ? warnings : null);
    }
}

/// <param name="Node">Who.</param>
/// <param name="ObservedBy">Who says so.</param>
public sealed record UnreachableView(string Node, IReadOnlyList<string> ObservedBy);

/// <summary>A member that is not one any more.</summary>
/// <param name="State"><c>dead</c> or <c>left</c>.</param>
/// <param name="AgoMs">Since then.</param>
/// <param name="Why">What happened.</param>
public sealed record EndedMemberView(string Name, string Advertised, Guid Incarnation, string State, double AgoMs, string Why);

/// <summary>A member that is alive.</summary>
/// <param name="Node">Its address in Akka's words.</param>
/// <param name="NodeUid">Tells this incarnation from others at the address.</param>
/// <param name="Status">Akka's: <c>Joining</c>, <c>Up</c>, <c>Leaving</c> …; <c>Joining</c> too where Akka's cluster does not know it
/// yet.</param>
/// <param name="Roles">Akka's.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Advertised">Host and port where the others reach it; absent for a supervisor alone.</param>
/// <param name="Incarnation">New at each start of the process.</param>
/// <param name="State"><c>joining</c>, <c>active</c> or <c>draining</c>, by its row in the database.</param>
/// <param name="BeatAgeMs">Since its last beat, by the clock of the database; absent for a supervisor alone.</param>
/// <param name="SessionHeld">Whether its session at the database is open. False alone proves nothing.</param>
/// <param name="Shards">How many shards it has in memory; absent where that can not be asked now.</param>
public sealed record ClusterMemberView(string Node, string NodeUid, string Status, IReadOnlyList<string> Roles, string Name,
    string? Advertised,
    Guid Incarnation, string State, double? BeatAgeMs, bool SessionHeld, int? Shards)
{
    internal static ClusterMemberView Of(MemberSighting member, IReadOnlyList<ShardSighting>? shards) => new(
        member.Address,
        member.Uid.ToString(CultureInfo.InvariantCulture),
        (member.AkkaStatus ?? Akka.Cluster.MemberStatus.Joining).ToString(),
        member.Roles,
        member.Name,
        member.Advertised.Length > 0 ? member.Advertised : null,
        member.Incarnation,
        Words.Of(member.State),
        member.BeatAge is { } age ? Math.Round(age.TotalMilliseconds) : null,
        member.HasSession,
        shards?.Count(shard => shard.Address == member.Address));
}
