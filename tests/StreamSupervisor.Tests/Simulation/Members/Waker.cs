namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// Starts the entities that have something to do when nobody calls: keys whose deadline has come and keys with open work, by an index that
/// lags.
/// The oldest member does it for all.
/// </summary>
internal static class Waker
{
    public static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);

    public static void Look(World world, Member member)
    {
        if (!world.Rules.Wakes || world.Database.IsDown || world.Cluster.Members.FirstOrDefault() != member)
        {
            return;
        }

        var everybody = member.WakesEverybody;
        member.WakesEverybody = false;
        foreach (var row in world.Database.Index.Rows)
        {
            if (row.HasOpenWork || row.WakeAt <= member.Now || (everybody && row.WakeAt is not null))
            {
                member.Asks.Tell(row.Key, StreamSupervisor.Domain.LiveStreams.Wake.Instance);
            }
        }
    }
}
