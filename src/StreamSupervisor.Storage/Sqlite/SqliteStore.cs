using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>
/// The journal of one member in one file: nothing to install, the default.
/// </summary>
/// <remarks>
/// <para><b>Guarantees.</b> An append that was answered <see cref="AppendOutcome.Appended"/> survives the end of the process and of the
/// power (write-ahead log, synchronous FULL: the log is flushed before the answer). A batch is one transaction, written by one connection
/// on one thread; reads go beside it and see what was committed. One process at a time: a lock file keeps a second one out, and should that
/// lock fail (a network file system that does not keep it), the epoch raised by the second start fences the first.</para>
/// <para><b>How it can still fail.</b> A disk that says it has flushed and has not. A full disk or an I/O error: the append is Unknown, the
/// connection is opened anew, and the caller raises the epoch and reads back, like after a lost answer. A file that was copied while it is
/// open, without its -wal: that copy lacks the newest appends; use <c>VACUUM INTO</c>.</para>
/// <para><b>Rejected.</b> synchronous NORMAL: several times faster, and a power cut takes back publishers that were let in. SQLite's
/// EXCLUSIVE locking mode in place of the lock file: it shuts out our own readers too. Waiting a moment to gather larger batches: the
/// appender above already has everything that came in during the last commit.</para>
/// </remarks>
public sealed partial class SqliteStore : IJournal, IShardOwnership, IJournalRetention, IAsyncDisposable
{
    private readonly SqliteFileLock _lock;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private int _disposed;

    private SqliteStore(SqliteFileLock fileLock, SqliteWriter writer, SqliteReaders readers, TimeProvider time, ILogger log, string path, int shards, long epoch)
    {
        (_lock, _writer, _readers, _time, _log) = (fileLock, writer, readers, time, log);
        (Path, Shards, Epoch) = (path, shards, epoch);
    }

    /// <summary>The file, as a full path.</summary>
    public string Path { get; }

    /// <summary>How many shards the file is cut into; fixed when it was created.</summary>
    public int Shards { get; }

    /// <summary>The epoch of every shard at this start: higher than any that was written under before.</summary>
    public long Epoch { get; }

    /// <summary>Opens the file, creates it and its folder if need be, brings its schema up to date and raises the epoch.</summary>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    public static Task<SqliteStore> OpenAsync(string path, TimeProvider time, ILogger<SqliteStore> log, int shards = 256, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shards);
        return Task.Run(() => Open(System.IO.Path.GetFullPath(path), time, log, shards), cancellation);
    }

    /// <summary>Brings the schema of a file up to date, as opening it does, and lets go of it again.</summary>
    /// <returns>The steps that were applied, by their titles.</returns>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(string path, TimeProvider time, int shards = 256, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Task.Run(
            () =>
            {
                var full = System.IO.Path.GetFullPath(path);
                CreateFolder(full);
                using var fileLock = SqliteFileLock.Take(full);
                return Guarded(full, () =>
                {
                    using var connection = SqliteConnection.Open(full, readOnly: false);
                    return SqliteSchema.Prepare(connection, full, shards, time);
                });
            },
            cancellation);
    }

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        var outcomes = new AppendOutcome[batch.Count];
        if (batch.Count == 0 || cancellation.IsCancellationRequested)
        {
            return outcomes;
        }

        return await _writer.RunAsync(
            connection => connection.InTransaction(() =>
            {
                SqliteAppend.Run(connection, batch, outcomes, _time.GetUtcNow().ToUnixTimeMilliseconds(), _log);
                return outcomes;
            }),
            _ => new AppendOutcome[batch.Count]);
    }

    public async Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        try
        {
            // Beside the writer: an answer that writes nothing does not wait for the disk.
            return await _readers.ReadAsync(
                "epochs",
                IReadOnlyList<bool> (connection) => [.. epochs.Select(owner => SqliteAppend.EpochOf(connection, owner.Shard) == owner.Epoch)],
                cancellation);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return new bool[epochs.Count];
        }
    }

    public Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation) => _writer.RunAsync<long?>(
        connection => connection.InTransaction(() => connection
            .Prepared("UPDATE shard SET epoch = epoch + 1 WHERE shard = ?1 AND epoch = ?2 RETURNING epoch")
            .Bind(1, shard).Bind(2, epoch).Number()),
        _ => null);

    public async Task<int> CompactAsync(ShardEpoch owner, TimeSpan olderThan, int limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Exception? fault = null;
        var deleted = await _writer.RunAsync(
            connection => connection.InTransaction(() =>
            {
                if (SqliteAppend.EpochOf(connection, owner.Shard) != owner.Epoch)
                {
                    return 0;
                }

                connection.Prepared(
                    """
                    DELETE FROM journal WHERE (shard, entity_id, sequence) IN (
                      SELECT j.shard, j.entity_id, j.sequence FROM snapshot s
                      CROSS JOIN journal j ON j.shard = s.shard AND j.entity_id = s.entity_id AND j.sequence < s.sequence
                      WHERE s.shard = ?1 AND j.at < ?2 LIMIT ?3)
                    """)
                    .Bind(1, owner.Shard).Bind(2, (_time.GetUtcNow() - olderThan).ToUnixTimeMilliseconds()).Bind(3, limit).Run();
                return connection.Changes;
            }),
            e =>
            {
                fault = e;
                return 0;
            });
        return fault is null ? deleted : throw new StoreUnavailableException($"The database {Path} did not clear old events of shard {owner.Shard}.", fault);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await Task.Run(() =>
        {
            _readers.Dispose();

            // Last: closing the last connection moves the log into the file.
            _writer.Dispose();
            _lock.Dispose();
        });
    }

    private static SqliteStore Open(string path, TimeProvider time, ILogger log, int shards)
    {
        CreateFolder(path);
        var fileLock = SqliteFileLock.Take(path);
        SqliteConnection? connection = null;
        try
        {
            return Guarded(path, () =>
            {
                connection = SqliteConnection.Open(path, readOnly: false);
                _ = SqliteSchema.Prepare(connection, path, shards, time);
                var epoch = RaiseEpoch(connection);
                var store = new SqliteStore(fileLock, new SqliteWriter(path, connection, log), new SqliteReaders(path, size: 4), time, log, path, shards, epoch);
                log.LogInformation("Opened the database {Path}: {Shards} shards under epoch {Epoch}.", path, shards, epoch);
                return store;
            });
        }
        catch
        {
            connection?.Dispose();
            fileLock.Dispose();
            throw;
        }
    }

    /// <summary>What goes wrong with the file, in words for the person who starts the program.</summary>
    private static T Guarded<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteFault e)
        {
            throw e.IsBroken
                ? SqliteSchema.Broken(path, e.Message, e)
                : new StoreOpenException($"{path} cannot be opened: {e.Message} Check the disk and the rights of the file and its folder.", e);
        }
    }

    private static long RaiseEpoch(SqliteConnection connection) => connection.InTransaction(() =>
    {
        var epoch = (connection.Prepared("SELECT max(epoch) FROM shard").Number() ?? 0) + 1;
        connection.Prepared("UPDATE shard SET epoch = ?1").Bind(1, epoch).Run();
        return epoch;
    });

    private static void CreateFolder(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"The folder of {path} cannot be created: {e.Message} Create it, or set storage.sqlite.path to another place.", e);
        }
    }
}
