using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The store of one supervisor in one file: nothing to install, the default. Every call to SQLite blocks its thread, so it is made on one
/// that may wait. Its writes and the journal's take turns (<see cref="SqliteTurnConnection"/>).
/// </summary>
internal sealed class SqliteStore : JournalStore
{
    private readonly SqliteFileLock _lock;
    private readonly string _path;
    private int _disposed;

    private SqliteStore(StoreLocation.Sqlite location, SqliteFileLock fileLock) =>
        (Location, _path, _lock) = (location, location.Path, fileLock);

    public override StoreLocation Location { get; }

    internal override string Schema => "";

    public static Task<SqliteStore> OpenAsync(StoreLocation.Sqlite location, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        return Task.Run(
            () =>
            {
                var path = Path.GetFullPath(location.Path);
                SqliteFile.CreateFor(path);
                var fileLock = SqliteFileLock.Take(path);
                try
                {
                    foreach (var step in SqliteMigrations.Prepare(path, time))
                    {
                        log.LogInformation("Applied schema step {Step} to {Path}.", step, path);
                    }

                    return new SqliteStore(new StoreLocation.Sqlite(path), fileLock);
                }
                catch
                {
                    fileLock.Dispose();
                    throw;
                }
            },
            cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await Task.Run(() =>
        {
            SqliteFile.LetGo(_path);
            _lock.Dispose();
        });
    }

    internal override Task<T> ReadAsync<T>(
        string what, Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        GuardedAsync(what, connection => work(connection, cancellation), cancellation);

    internal override Task<T> WriteAsync<T>(
        string what, Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        GuardedAsync(
            what,
            async connection =>
            {
                // Holds the write lock from its start: a transaction that begins by reading may find that it cannot write any more.
                await using var transaction = connection.BeginTransaction(deferred: false);
                var result = await work(transaction, cancellation);
                await transaction.CommitAsync(cancellation);
                return result;
            },
            cancellation);

    private Task<T> GuardedAsync<T>(string what, Func<SqliteConnection, Task<T>> work, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            try
            {
                await using var connection = SqliteFile.Open(_path);
                return await work(connection);
            }
            catch (SqliteException e)
            {
                throw new StoreUnavailableException($"The database {_path} did not answer for {what}: {e.Message}", e);
            }
        },
        cancellation);
}
