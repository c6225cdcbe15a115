namespace StreamSupervisor.Actors.Membership;

/// <content>Leases, for <see cref="PostgresLease"/>.</content>
public sealed partial class MemberTable
{
    /// <summary>Takes a lease that nobody alive holds, or keeps one's own.</summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public bool TakeLease(string name, Guid self) => Execute(_moves, "taking a lease",
        """
        INSERT INTO streamsupervisor.cluster_lease AS l (name, holder)
        SELECT $1, incarnation FROM streamsupervisor.cluster_member WHERE incarnation = $2 AND state < 3 AND lease_until > clock_timestamp()
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, taken_at = clock_timestamp()
        WHERE l.holder = excluded.holder OR NOT EXISTS (
          SELECT 1 FROM streamsupervisor.cluster_member m WHERE m.incarnation = l.holder AND m.state < 3
              AND m.lease_until > clock_timestamp())
        RETURNING 1
        """, name, self) == 1;

    /// <summary>Lets a lease go.</summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public void ReleaseLease(string name, Guid self) =>
        Execute(_moves, "releasing a lease", "DELETE FROM streamsupervisor.cluster_lease WHERE name = $1 AND holder = $2 RETURNING 1",
            name, self);
}
