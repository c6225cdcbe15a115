using Microsoft.Extensions.Logging;
using Npgsql;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>
/// The journal of a cluster in PostgreSQL, as one member sees it: what it writes names its incarnation and the epoch of the shard. The
/// append and what it guarantees stand in <c>PostgresAppend.cs</c>; what an error means, in <c>PostgresFault.cs</c>.
/// </summary>
/// <remarks>Reads take no lock: a reader that is not the owner any more reads what is durable, and its next write is fenced.</remarks>
public sealed partial class PostgresStore : IJournal, IShardOwnership, IJournalRetention, IAsyncDisposable
{
    private readonly NpgsqlDataSource _appends;
    private readonly NpgsqlDataSource _reads;
    private readonly PostgresAppender _appender;
    private readonly ILogger _log;
    private int _disposed;

    private PostgresStore(string connectionString, Guid member, ILogger log)
    {
        Member = member;
        _log = log;
        _appends = PostgresDataSource.Create(connectionString, "append", PostgresAppender.Connections, PostgresAppender.Options);
        _reads = PostgresDataSource.Create(connectionString, "read", 8);
        _appender = new PostgresAppender(_appends, member, log);
    }

    /// <summary>The incarnation that this store writes for.</summary>
    public Guid Member { get; }

    /// <summary>Checks the server and brings the schema up to date. Writes succeed once the member has joined and owns shards.</summary>
    /// <param name="connectionString">As configured.</param>
    /// <param name="member">The incarnation of this process: a new one at each start.</param>
    /// <param name="log">Where faults are told.</param>
    /// <param name="shards">Into how many shards a new database is cut.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer; try again.</exception>
    public static async Task<PostgresStore> OpenAsync(
        string connectionString, Guid member, ILogger<PostgresStore> log, int shards = 256, CancellationToken cancellation = default)
    {
        _ = await PostgresSchema.MigrateAsync(connectionString, log, shards, cancellation);
        return new PostgresStore(connectionString, member, log);
    }

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation) =>
        batch.Count == 0 ? [] : await _appender.AppendAsync(batch, cancellation);

    public async Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        try
        {
            await using var command = _reads.CreateCommand("SELECT shard, epoch FROM streamsupervisor.shard WHERE owner = $1 AND shard = ANY($2)");
            Add(command, Member);
            Add(command, epochs.Select(e => e.Shard).Distinct().ToArray());
            var current = new Dictionary<int, long>(epochs.Count);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                current.Add(rows.GetInt32(0), rows.GetInt64(1));
            }

            return [.. epochs.Select(e => current.TryGetValue(e.Shard, out var epoch) && epoch == e.Epoch)];
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e) || e is OperationCanceledException)
        {
            return new bool[epochs.Count];
        }
    }

    public async Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation)
    {
        // The append whose outcome is unknown may still run over there and hold the row: its own timeout (5 s) ends it, ours for a lock is
        // 2 s.
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = _reads.CreateCommand(
                    """
                    UPDATE streamsupervisor.shard SET epoch = epoch + 1, revision = revision + 1
                    WHERE shard = $1 AND owner = $2 AND epoch = $3
                      AND EXISTS (SELECT 1 FROM streamsupervisor.member WHERE member_id = $2 AND state < 3)
                    RETURNING epoch
                    """);
                Add(command, shard);
                Add(command, Member);
                Add(command, epoch);
                return await command.ExecuteScalarAsync(cancellation) as long?;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < Attempts)
            {
            }
            catch (Exception e) when (PostgresFault.IsStoreFault(e) || e is OperationCanceledException)
            {
                _reads.Clear();
                _log.LogError(e, "The epoch of shard {Shard} could not be raised above {Epoch}: PostgreSQL did not answer.", shard, epoch);
                return null;
            }
        }
    }

    public Task<int> CompactAsync(ShardEpoch owner, TimeSpan olderThan, int limit, CancellationToken cancellation) => ReadAsync(
        "clearing old events",
        """
        WITH own AS MATERIALIZED (
          SELECT shard FROM streamsupervisor.shard WHERE shard = $1 AND epoch = $2 AND owner = $3 FOR SHARE),
        old AS MATERIALIZED (
          SELECT j.shard, j.entity_id, j.sequence FROM own
          JOIN streamsupervisor.snapshot s ON s.shard = own.shard
          CROSS JOIN LATERAL (
            SELECT shard, entity_id, sequence FROM streamsupervisor.journal
            WHERE shard = s.shard AND entity_id = s.entity_id AND sequence < s.sequence AND at < clock_timestamp() - $4
            ORDER BY sequence LIMIT $5) j
          LIMIT $5),
        gone AS (
          DELETE FROM streamsupervisor.journal j USING old
          WHERE j.shard = old.shard AND j.entity_id = old.entity_id AND j.sequence = old.sequence RETURNING 1)
        SELECT count(*)::int FROM gone
        """,
        command =>
        {
            Add(command, owner.Shard);
            Add(command, owner.Epoch);
            Add(command, Member);
            Add(command, olderThan);
            Add(command, limit);
        },
        async rows => await rows.ReadAsync(cancellation) ? rows.GetInt32(0) : 0,
        cancellation);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _appender.DisposeAsync();
        await _appends.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
