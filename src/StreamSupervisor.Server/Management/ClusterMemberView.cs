using System.Globalization;
using StreamSupervisor.Cluster.Membership;

namespace StreamSupervisor.Server.Management;

/// <summary>Everybody alive, as one member sees it. The first fields are those that users of Akka.Management know.</summary>
/// <param name="SelfNode">The address of the member that answers.</param>
/// <param name="Oldest">Who has been here for longest. Nobody leads: each member carries out its own part of one plan.</param>
/// <param name="Unreachable">Members whose lease is over and who have not been declared dead yet.</param>
public sealed record ClusterMembersView(string SelfNode, string Oldest, IReadOnlyList<UnreachableView> Unreachable, IReadOnlyList<ClusterMemberView> Members);

/// <param name="Node">Who.</param>
/// <param name="ObservedBy">Who says so.</param>
public sealed record UnreachableView(string Node, IReadOnlyList<string> ObservedBy);

/// <summary>A member as another sees it, or as it sees itself.</summary>
/// <param name="Node">The address where other members reach it.</param>
/// <param name="NodeUid">A number for this incarnation, as short as Akka's; <paramref name="Incarnation"/> is the whole of it.</param>
/// <param name="Status"><c>Up</c>, or <c>Leaving</c> while it gives its shards away.</param>
/// <param name="Roles">Always empty: every member does the same work.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Incarnation">New at each start of the process.</param>
/// <param name="State"><c>active</c> or <c>draining</c>.</param>
/// <param name="Beat">Renewals of its lease so far.</param>
/// <param name="LeaseExpired">Whether its lease was over at the last look, by the clock of the store.</param>
/// <param name="LeaseLeftMs">How long the lease ran on at the last look; null where there is none.</param>
/// <param name="LeaseAgeMs">How long ago the last renewal was sent; only the member itself knows, so null for others.</param>
/// <param name="SessionHeld">Whether its session at the store is open. False alone proves nothing.</param>
/// <param name="Shards">How many shards it owns.</param>
public sealed record ClusterMemberView(string Node, string NodeUid, string Status, IReadOnlyList<string> Roles, string Name, Guid Incarnation, string State,
    long Beat, bool LeaseExpired, double? LeaseLeftMs, double? LeaseAgeMs, bool SessionHeld, int Shards)
{
    internal static ClusterMemberView Of(ClusterContext cluster, MemberSighting member)
    {
        var (id, isLeaving) = (member.Identity.Id, member.State != MemberState.Active);
        return new ClusterMemberView(
            member.Identity.BaseUrl,
            BitConverter.ToUInt32(id.ToByteArray()).ToString(CultureInfo.InvariantCulture),
            isLeaving ? "Leaving" : "Up",
            [],
            member.Identity.Name,
            id,
            isLeaving ? "draining" : "active",
            member.Beat,
            member.LeaseExpired,
            cluster.View is null ? null : Math.Round(member.LeaseLeft.TotalMilliseconds),
            cluster.View is { } view && id == view.Self.Id ? Math.Round(view.LeaseAge.TotalMilliseconds) : null,
            member.SessionHeld,
            cluster.Shards.Count(shard => shard.Owner == id));
    }
}
