using Akka.Actor;
using Akka.Cluster;

namespace StreamSupervisor.Actors.Membership;

/// <summary>What a member that is not in a cluster yet does next.</summary>
internal abstract record FormationStep
{
    /// <summary>Found a cluster; when the database grants it, join oneself unless Akka's cluster has this member already.</summary>
    public sealed record Found(bool JoinsItself) : FormationStep;

    /// <summary>Set out for a cluster and ask these for it.</summary>
    public sealed record SetOut(Guid Cluster, IReadOnlyList<Address> Seeds) : FormationStep;

    /// <summary>Akka's cluster has let this member in: confirm the ticket.</summary>
    public sealed record Arrive(Guid Cluster) : FormationStep;

    /// <summary>It was let in by members that are not members any more: end, and join as a new incarnation.</summary>
    public sealed record Stray(string Why) : FormationStep;

    /// <summary>Nothing for now.</summary>
    public sealed record Wait(string Why) : FormationStep;
}

/// <summary>
/// One database is one cluster: who joins whom follows from the table of members and from what Akka's cluster says. No seed lists.
///
/// What must never be is a second cluster. A member founds one only while nobody is in one, under a lock, and "nobody" means condemned or left: a lease that is
/// over is not enough, since after an outage of the database all are. A member that cannot get in keeps asking; it does not found one while others are alive.
/// </summary>
internal static class ClusterFormation
{
    /// <param name="rows">The table, as of this look.</param>
    /// <param name="self">Who asks.</param>
    /// <param name="cluster">The members in Akka's cluster, as this one sees it: without itself until it is let in.</param>
    public static FormationStep Next(IReadOnlyList<MemberRow> rows, MemberRow self, IReadOnlySet<UniqueAddress> cluster)
    {
        var inCluster = rows.Where(row => row.IsInCluster).ToList();
        if (cluster.Contains(self.Identity.UniqueAddress))
        {
            return inCluster switch
            {
                [] => new FormationStep.Found(JoinsItself: false),
                _ when self.Cluster is { } ticket && inCluster.Any(row => row.Cluster == ticket && cluster.Contains(row.Identity.UniqueAddress)) =>
                    new FormationStep.Arrive(ticket),
                _ => new FormationStep.Stray("It was let in by members that others had condemned meanwhile."),
            };
        }

        // Akka takes a member with our own address at the head of the seeds for ourselves, and then founds a cluster.
        if (rows.FirstOrDefault(row => row.IsAlive && row.Number != self.Number && row.Identity.Address == self.Identity.Address) is { } namesake)
        {
            return new FormationStep.Wait($"{namesake} still counts as a member at this address.");
        }

        if (inCluster is [])
        {
            return new FormationStep.Found(JoinsItself: true);
        }

        var seeds = inCluster.OrderBy(row => row.State).ThenBy(row => row.Number).ToList();
        return new FormationStep.SetOut(seeds[0].Cluster!.Value, [.. seeds.Select(row => row.Identity.Address)]);
    }
}
