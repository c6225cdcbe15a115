using Npgsql;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>
/// Members and owners in PostgreSQL. One statement for each step, so each is one transaction that happens or does not; the clock is the
/// database's, and what one member concludes about another is compared in the statement that acts on it.
/// </summary>
/// <remarks>
/// <para><b>Why nothing is torn.</b> Whoever moves a shard locks its row, and an append holds that row shared to its commit: the move comes
/// after it or before it. Giving shards to a member locks the member's row shared, so that a member that is declared dead at the same
/// moment either gets nothing, or is found owning and is cleared. Death and departure are final: no statement raises a state from 3 or
/// 4.</para>
/// <para><b>The version of the map</b> is the sum of its rows' revisions. A number from a sequence would not do: sequences are drawn before
/// the commit, so a poller could see number 8, and miss 7 when it commits a moment later.</para>
/// <para>Own connections, apart from those of the journal: a beat must not wait behind a batch.</para>
/// </remarks>
public sealed partial class PostgresCluster : IMembershipStore, IShardLeaseStore, IAsyncDisposable
{
    private const string Channel = "streamsupervisor";

    private readonly NpgsqlDataSource _beats;
    private readonly NpgsqlDataSource _moves;
    private readonly string _connectionString;

    /// <param name="connectionString">As configured; the schema must be there (<see cref="PostgresStore.OpenAsync"/> or
    /// <see cref="PostgresSchema.MigrateAsync(string, Microsoft.Extensions.Logging.ILogger, int, CancellationToken)"/>).</param>
    public PostgresCluster(string connectionString)
    {
        _connectionString = connectionString;
        _beats = PostgresDataSource.Create(connectionString, "beat", 1);
        _moves = PostgresDataSource.Create(connectionString, "cluster", 4);
    }

    public async Task<ShardTable?> ReadAsync(long knownVersion, CancellationToken cancellation)
    {
        var version = knownVersion;
        var shards = await QueryAsync(
            _moves,
            "the map of shards",
            """
            SELECT shard, epoch, owner, want, (SELECT sum(revision)::bigint FROM streamsupervisor.shard) FROM streamsupervisor.shard
            WHERE (SELECT sum(revision)::bigint FROM streamsupervisor.shard) <> $1 ORDER BY shard
            """,
            command => Add(command, knownVersion),
            row =>
            {
                version = row.GetInt64(4);
                return new ShardLease(row.GetInt32(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.IsDBNull(3) ? null : row.GetGuid(3));
            },
            cancellation);
        return shards.Count == 0 ? null : new ShardTable(version, shards);
    }

    public async Task<IReadOnlyList<ShardEpoch>> GrabAsync(Guid member, IReadOnlyList<int> shards, int limit, CancellationToken cancellation) => await QueryAsync(
        _moves,
        "taking shards",
        """
        WITH me AS MATERIALIZED (SELECT member_id FROM streamsupervisor.member WHERE member_id = $1 AND state = 1 FOR SHARE),
        free AS MATERIALIZED (
          SELECT s.shard FROM streamsupervisor.shard s
          WHERE s.shard = ANY($2) AND EXISTS (SELECT 1 FROM me)
            AND (s.owner IS NULL OR NOT EXISTS (SELECT 1 FROM streamsupervisor.member m WHERE m.member_id = s.owner AND m.state < 3))
          ORDER BY s.shard LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE streamsupervisor.shard s SET owner = $1, epoch = s.epoch + 1, want = NULL, revision = s.revision + 1
        FROM free WHERE s.shard = free.shard
        RETURNING s.shard, s.epoch, pg_notify('streamsupervisor', '')
        """,
        command =>
        {
            Add(command, member);
            Add(command, shards.ToArray());
            Add(command, limit);
        },
        row => new ShardEpoch(row.GetInt32(0), row.GetInt64(1)),
        cancellation);

    public async Task<long?> HandOffAsync(ShardEpoch shard, Guid from, Guid to, CancellationToken cancellation)
    {
        var moved = await QueryAsync(
            _moves,
            "passing a shard",
            """
            WITH next AS MATERIALIZED (SELECT member_id FROM streamsupervisor.member WHERE member_id = $4 AND state = 1 FOR SHARE)
            UPDATE streamsupervisor.shard s SET owner = next.member_id, epoch = s.epoch + 1, want = NULL, revision = s.revision + 1
            FROM next WHERE s.shard = $1 AND s.epoch = $2 AND s.owner = $3
            RETURNING s.epoch, pg_notify('streamsupervisor', '')
            """,
            command =>
            {
                Add(command, shard.Shard);
                Add(command, shard.Epoch);
                Add(command, from);
                Add(command, to);
            },
            row => row.GetInt64(0),
            cancellation);
        return moved.Count == 1 ? moved[0] : null;
    }

    public async Task<IReadOnlyList<int>> ReleaseAsync(Guid member, IReadOnlyList<ShardEpoch> shards, CancellationToken cancellation) => await QueryAsync(
        _moves,
        "giving shards back",
        """
        WITH mine AS MATERIALIZED (
          SELECT s.shard FROM streamsupervisor.shard s JOIN unnest($2, $3) AS w(shard, epoch) ON w.shard = s.shard AND w.epoch = s.epoch
          WHERE s.owner = $1 ORDER BY s.shard FOR UPDATE OF s)
        UPDATE streamsupervisor.shard s SET owner = NULL, epoch = s.epoch + 1, want = NULL, revision = s.revision + 1
        FROM mine WHERE s.shard = mine.shard
        RETURNING s.shard, pg_notify('streamsupervisor', '')
        """,
        command =>
        {
            Add(command, member);
            Add(command, shards.Select(s => s.Shard).ToArray());
            Add(command, shards.Select(s => s.Epoch).ToArray());
        },
        row => row.GetInt32(0),
        cancellation);

    public async Task<bool> WantAsync(ShardEpoch shard, Guid? member, CancellationToken cancellation) => (await QueryAsync(
        _moves,
        "asking for a shard",
        """
        UPDATE streamsupervisor.shard SET want = $3, revision = revision + 1
        WHERE shard = $1 AND epoch = $2 AND ($3 IS NULL OR EXISTS (SELECT 1 FROM streamsupervisor.member WHERE member_id = $3 AND state = 1))
        RETURNING shard, pg_notify('streamsupervisor', '')
        """,
        command =>
        {
            Add(command, shard.Shard);
            Add(command, shard.Epoch);
            _ = command.Parameters.Add(new NpgsqlParameter { Value = (object?)member ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        },
        row => row.GetInt32(0),
        cancellation)).Count == 1;

    public async ValueTask DisposeAsync()
    {
        await _beats.DisposeAsync();
        await _moves.DisposeAsync();
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private static async Task<List<T>> QueryAsync<T>(
        NpgsqlDataSource source, string what, string sql, Action<NpgsqlCommand> bind, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        try
        {
            await using var command = source.CreateCommand(sql);
            bind(command);
            var found = new List<T>();
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                found.Add(read(rows));
            }

            // To the very end: the rows come before the commit.
            while (await rows.NextResultAsync(cancellation))
            {
            }

            return found;
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e))
        {
            if (PostgresFault.LeadsElsewhere(e))
            {
                source.Clear();
            }

            throw PostgresFault.Unavailable(what, e);
        }
    }
}
