using Akka.Actor;
using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// The rows of the members in PostgreSQL. Each step is one statement that happens or does not. The clock is the database's, and what one
/// member concludes about another is compared in the statement that acts on it.
/// </summary>
/// <remarks>
/// <para>Calls block: the member's actor makes them on a thread of its own, because a beat must not wait for a thread of a pool that is
/// exhausted.</para>
/// <para><b>Never two clusters.</b> Founding is done under one lock, only while nobody is in a cluster, and takes their ticket
/// (<c>cluster</c>) from those under way. A member that is let in by somebody who is dead by then cannot confirm its ticket, and
/// ends.</para>
/// </remarks>
public sealed partial class MemberTable : IDisposable
{
    private const string Columns =
        """
        incarnation, name, advertised, akka_address, uid, number, state, cluster, beat, clock_timestamp() - beat_at,
        lease_until < clock_timestamp(),
        number::bigint IN (SELECT l.objid::bigint FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objsubid = 2
            AND l.granted AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())),
        clock_timestamp() - ended_at, why
        """;

    private readonly NpgsqlDataSource _beats;
    private readonly NpgsqlDataSource _moves;

    /// <param name="connectionString">As configured. The migrations have run.</param>
    public MemberTable(string connectionString)
    {
        ConnectionString = connectionString;
        _beats = MemberDatabase.Create(connectionString, "beat", 1);
        _moves = MemberDatabase.Create(connectionString, "members", 2);
    }

    internal string ConnectionString { get; }

    /// <summary>Enters a new incarnation, alive for the length of a lease. Doing it again does nothing.</summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public void Enter(MemberIdentity self, TimeSpan lease) => Execute(_beats, "entering the table of members",
        """
        WITH forgotten AS (DELETE FROM streamsupervisor.cluster_member WHERE state >= 3 AND ended_at < clock_timestamp() - interval '1 day')
        INSERT INTO streamsupervisor.cluster_member (incarnation, name, advertised, akka_address, uid, state, lease_until)
        VALUES ($1, $2, $3, $4, $5, 0, clock_timestamp() + $6) ON CONFLICT (incarnation) DO NOTHING RETURNING 1
        """,
        self.Incarnation, self.Name, self.Advertised, self.Address.ToString(), self.Uid, lease);

    /// <summary>
    /// One beat, and a look at everybody who is alive or ended within ten minutes. A member that cannot beat therefore sees nobody, and
    /// judges nobody.
    /// </summary>
    /// <returns>The rows by number. Our own shows what it was before the beat.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public IReadOnlyList<MemberRow> BeatAndLook(Guid self, TimeSpan lease) => Query(_beats, "the beat",
        $"""
        WITH beaten AS (
          UPDATE streamsupervisor.cluster_member SET beat = beat + 1, beat_at = clock_timestamp(), lease_until = clock_timestamp() + $3
          WHERE incarnation = $2 AND state < 3)
        SELECT {Columns} FROM streamsupervisor.cluster_member WHERE state < 3 OR ended_at > clock_timestamp() - interval '10 minutes'
            ORDER BY number
        """, ReadRow, MemberDatabase.SessionLocks, self, lease);

    /// <summary>Makes a member the first of a new cluster, if nobody is in one.</summary>
    /// <returns>False when somebody is, or this incarnation has ended.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public bool TryFound(Guid self) => ExecuteAlone("founding a cluster",
        """
        WITH founded AS (
          UPDATE streamsupervisor.cluster_member SET state = 1, cluster = gen_random_uuid()
          WHERE incarnation = $1 AND state = 0 AND NOT EXISTS (SELECT 1 FROM streamsupervisor.cluster_member m WHERE m.state IN (1, 2))
          RETURNING incarnation),
        others AS (UPDATE streamsupervisor.cluster_member SET cluster = NULL WHERE state = 0 AND incarnation <> $1 AND EXISTS (SELECT 1
            FROM founded))
        SELECT pg_notify('streamsupervisor_members', '') FROM founded
        """, self) == 1;

    /// <summary>Takes a ticket for a cluster before asking it to be let in.</summary>
    /// <returns>False when nobody is in that cluster, or this incarnation has ended.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public bool TrySetOut(Guid self, Guid cluster) => ExecuteAlone("setting out for a cluster",
        """
        UPDATE streamsupervisor.cluster_member SET cluster = $2
        WHERE incarnation = $1 AND state = 0 AND EXISTS (SELECT 1 FROM streamsupervisor.cluster_member m WHERE m.cluster = $2
            AND m.state IN (1, 2))
        RETURNING 1
        """, self, cluster) == 1;

    /// <summary>Confirms that the cluster has let this member in.</summary>
    /// <returns>False when another cluster was founded meanwhile, nobody is left in this one, or this incarnation has ended.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public bool TryArrive(Guid self, Guid cluster) => ExecuteAlone("arriving in a cluster",
        """
        WITH arrived AS (
          UPDATE streamsupervisor.cluster_member SET state = 1 WHERE incarnation = $1 AND cluster = $2 AND state = 0
            AND EXISTS (SELECT 1 FROM streamsupervisor.cluster_member m WHERE m.cluster = $2 AND m.state IN (1, 2))
          RETURNING incarnation)
        SELECT pg_notify('streamsupervisor_members', '') FROM arrived
        """, self, cluster) == 1;

    /// <summary>
    /// Condemns a member for ever, if its beat is still the one that the caller saw and the database itself finds the evidence.
    /// </summary>
    /// <returns>False when it beat again, its lease runs, its session is back, or somebody else was first.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public bool Condemn(MemberRow member, DeathEvidence evidence, string why)
    {
        var proof = evidence switch
        {
            DeathEvidence.LeaseOver => "lease_until < clock_timestamp() AND beat = $2",

            // Taken for the length of this transaction: had the member its session back, it could not be.
            DeathEvidence.ProcessGone or DeathEvidence.Replaced => "pg_try_advisory_xact_lock($3, number) AND beat = $2",
            DeathEvidence.Operator => "true",
            _ => throw new ArgumentOutOfRangeException(nameof(evidence), evidence, "A condemnation needs evidence."),
        };
        return Execute(_moves, "condemning a member",
            $"""
            WITH dead AS (
              UPDATE streamsupervisor.cluster_member SET state = 3, ended_at = clock_timestamp(), why = $4
              WHERE incarnation = $1 AND state < 3 AND $2::bigint IS NOT NULL AND $3::int IS NOT NULL AND {proof} RETURNING incarnation)
            SELECT pg_notify('streamsupervisor_members', '') FROM dead
            """, member.Identity.Incarnation, member.Beat, MemberDatabase.SessionLocks, why) == 1;
    }

    /// <summary>Marks a member that is to leave.</summary>
    /// <returns>False when it has ended already.</returns>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public bool Drain(Guid member) => Execute(_moves, "draining a member",
        """
        WITH draining AS (UPDATE streamsupervisor.cluster_member SET state = 2 WHERE incarnation = $1 AND state IN (1, 2)
            RETURNING incarnation)
        SELECT pg_notify('streamsupervisor_members', '') FROM draining
        """, member) == 1;

    /// <summary>Ends this incarnation: it left, or Akka's cluster removed it.</summary>
    /// <exception cref="MemberTableSilentException">The database did not answer.</exception>
    public void End(Guid self, MemberState state, string why) => Execute(_moves, "ending a member",
        """
        WITH ended AS (
          UPDATE streamsupervisor.cluster_member SET state = $2, ended_at = clock_timestamp(), why = $3 WHERE incarnation = $1
              AND state < 3 RETURNING incarnation)
        SELECT pg_notify('streamsupervisor_members', '') FROM ended
        """, self, (short)state, why);

    public void Dispose()
    {
        _beats.Dispose();
        _moves.Dispose();
    }

    private static MemberRow ReadRow(NpgsqlDataReader row) => new(
        new MemberIdentity(row.GetGuid(0), row.GetString(1), row.GetString(2), Address.Parse(row.GetString(3)), row.GetInt32(4)),
        row.GetInt32(5), (MemberState)row.GetInt16(6), row.IsDBNull(7) ? null : row.GetGuid(7), row.GetInt64(8), row.GetTimeSpan(9),
            row.GetBoolean(10),
        row.GetBoolean(11), row.IsDBNull(12) ? null : row.GetTimeSpan(12), row.IsDBNull(13) ? null : row.GetString(13));

    /// <summary>
    /// Under the lock of foundings, in one transaction. The lock comes first: a statement sees what was there when it began.
    /// </summary>
    private int ExecuteAlone(string what, string sql, params object[] parameters) => Try(_moves, what, () =>
    {
        using var connection = _moves.OpenConnection();
        using var transaction = connection.BeginTransaction();
        using (var gate = Command(connection, "SELECT pg_advisory_xact_lock($1, $2)", [PostgresConnections.LockClass,
            MemberDatabase.FoundingLock]))
        {
            _ = gate.ExecuteNonQuery();
        }

        int rows;
        using (var command = Command(connection, sql, parameters))
        using (var reader = command.ExecuteReader())
        {
            rows = Read(reader, _ => 0).Count;
        }

        transaction.Commit();
        return rows;
    });

    private static int Execute(NpgsqlDataSource source, string what, string sql, params object[] parameters) =>
        Query(source, what, sql, _ => 0, parameters).Count;

    private static List<T> Query<T>(NpgsqlDataSource source, string what, string sql, Func<NpgsqlDataReader, T> read,
        params object[] parameters) =>
        Try(source, what, () =>
        {
            using var connection = source.OpenConnection();
            using var command = Command(connection, sql, parameters);
            using var reader = command.ExecuteReader();
            return Read(reader, read);
        });

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            _ = command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return command;
    }

    private static List<T> Read<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        // To the very end: the rows come before the commit.
        while (reader.NextResult())
        {
        }

        return rows;
    }

    private static T Try<T>(NpgsqlDataSource source, string what, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e))
        {
            if (PostgresFault.LeadsElsewhere(e))
            {
                source.Clear();
            }

            throw new MemberTableSilentException($"PostgreSQL did not answer for {what}: {PostgresFault.WordsOf(e)}", e);
        }
    }
}
