using System.Globalization;
using StreamSupervisor.Cluster.Membership;

namespace StreamSupervisor.Storage.Postgres;

public sealed partial class PostgresCluster
{
    public async Task<bool> JoinAsync(MemberIdentity self, TimeSpan lease, CancellationToken cancellation) => (await QueryAsync(
        _beats,
        "joining",
        """
        WITH forgotten AS (
          DELETE FROM streamsupervisor.member m WHERE m.state >= 3 AND m.lease_until < clock_timestamp() - interval '1 day'
            AND NOT EXISTS (SELECT 1 FROM streamsupervisor.shard s WHERE s.owner = m.member_id))
        INSERT INTO streamsupervisor.member AS m (member_id, name, base_url, state, lease_until) VALUES($1, $2, $3, 1, clock_timestamp() + $4)
        ON CONFLICT (member_id) DO UPDATE SET beat = m.beat + 1, lease_until = excluded.lease_until WHERE m.state < 3
        RETURNING number, pg_notify('streamsupervisor', '')
        """,
        command =>
        {
            Add(command, self.Id);
            Add(command, self.Name);
            Add(command, self.BaseUrl);
            Add(command, lease);
        },
        row => row.GetInt32(0),
        cancellation)).Count == 1;

    public async Task<bool> RenewAsync(Guid member, TimeSpan lease, CancellationToken cancellation) => (await QueryAsync(
        _beats,
        "renewing the lease",
        """
        UPDATE streamsupervisor.member SET beat = beat + 1, lease_until = clock_timestamp() + $2
        WHERE member_id = $1 AND state < 3 RETURNING beat
        """,
        command =>
        {
            Add(command, member);
            Add(command, lease);
        },
        row => row.GetInt64(0),
        cancellation)).Count == 1;

    public async Task<IReadOnlyList<MemberSighting>> LookAsync(CancellationToken cancellation) => await QueryAsync(
        _moves,
        "the members",
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT m.member_id, m.name, m.base_url, m.state, m.beat, m.lease_until < clock_timestamp(), m.number::bigint IN (
                SELECT l.objid::bigint FROM pg_locks l
                WHERE l.locktype = 'advisory' AND l.classid = {PostgresSchema.LockClass}::oid AND l.objsubid = 2 AND l.granted
                  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())),
              m.lease_until - clock_timestamp(), m.number
            FROM streamsupervisor.member m WHERE m.state < 3 ORDER BY m.number
            """),
        _ => { },
        row => new MemberSighting(
            new MemberIdentity(row.GetGuid(0), row.GetString(1), row.GetString(2)),
            (MemberState)row.GetInt16(3), row.GetInt64(4), row.GetBoolean(5), row.GetBoolean(6), row.GetTimeSpan(7), row.GetInt32(8)),
        cancellation);

    public async Task<bool> DeclareDeadAsync(Guid member, long beat, DeathEvidence evidence, CancellationToken cancellation)
    {
        var proof = evidence switch
        {
            DeathEvidence.LeaseExpired => "lease_until < clock_timestamp()",

            // Taken for the length of this transaction: had the member its session back, it could not be.
            DeathEvidence.SessionGone => string.Create(CultureInfo.InvariantCulture, $"pg_try_advisory_xact_lock({PostgresSchema.LockClass}, number)"),
            DeathEvidence.Operator => "true",
            _ => throw new ArgumentOutOfRangeException(nameof(evidence), evidence, "A death needs evidence."),
        };
        return (await QueryAsync(
            _moves,
            "declaring a death",
            $"""
            UPDATE streamsupervisor.member SET state = 3 WHERE member_id = $1 AND beat = $2 AND state < 3 AND {proof}
            RETURNING number, pg_notify('streamsupervisor', '')
            """,
            command =>
            {
                Add(command, member);
                Add(command, beat);
            },
            row => row.GetInt32(0),
            cancellation)).Count == 1;
    }

    public async Task<bool> DrainAsync(Guid member, CancellationToken cancellation) => (await QueryAsync(
        _moves,
        "draining",
        "UPDATE streamsupervisor.member SET state = 2 WHERE member_id = $1 AND state IN (1, 2) RETURNING number, pg_notify('streamsupervisor', '')",
        command => Add(command, member),
        row => row.GetInt32(0),
        cancellation)).Count == 1;

    public async Task LeaveAsync(Guid member, CancellationToken cancellation) => _ = await QueryAsync(
        _moves,
        "leaving",
        """
        WITH left_ AS (UPDATE streamsupervisor.member SET state = 4 WHERE member_id = $1 AND state < 3 RETURNING member_id),
        mine AS MATERIALIZED (
          SELECT s.shard FROM streamsupervisor.shard s, (SELECT count(*) FROM left_) AS after_leaving WHERE s.owner = $1 ORDER BY s.shard FOR UPDATE OF s),
        freed AS (
          UPDATE streamsupervisor.shard s SET owner = NULL, epoch = s.epoch + 1, want = NULL, revision = s.revision + 1
          FROM mine WHERE s.shard = mine.shard RETURNING s.shard)
        SELECT count(*)::int, pg_notify('streamsupervisor', '') FROM freed
        """,
        command => Add(command, member),
        row => row.GetInt32(0),
        cancellation);

    public Task<IMemberSession> OpenSessionAsync(Guid member, CancellationToken cancellation) =>
        PostgresSession.OpenAsync(_connectionString, member, Channel, cancellation);
}
