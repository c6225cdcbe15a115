using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The store of one supervisor in one file: nothing to install, the default. Every call to SQLite blocks its thread, so it is made on one
/// that may wait. Its writes and the journal's take turns (<see cref="SqliteTurnConnection"/>).
/// </summary>
internal sealed class SqliteStore : JournalStore
{
    private static readonly TimeSpan ClosesWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseLook = TimeSpan.FromMilliseconds(10);

    private readonly SqliteFileLock _lock;
    private readonly string _path;
    private SqliteMoved _moved;

    /// <summary>Set while another file is put in place of the one before, until that has succeeded.</summary>
    private ShutFile? _shut;
    private int _disposed;

    private SqliteStore(StoreLocation.Sqlite location, SqliteFileLock fileLock) =>
        (Location, _path, _lock, _moved) = (location, location.Path, fileLock, new SqliteMoved(location.Path));

    /// <summary>The file, by its full path.</summary>
    public string Path => _path;

    public override StoreLocation Location { get; }

    internal override string Schema => "";

    public static Task<SqliteStore> OpenAsync(StoreLocation.Sqlite location, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        return Task.Run(
            () =>
            {
                var path = System.IO.Path.GetFullPath(location.Path);
                SqliteFile.CreateFor(path);
                var fileLock = SqliteFileLock.Take(path);
                try
                {
                    if (SqliteLog.IsOfAnotherFile(path, SqliteMigrations.CheckedAtStartBytes))
                    {
                        log.LogWarning("{Path}-wal was left by another file than the one that lies there now, such as before a restore; it "
                            + "is put aside as {Path}-wal.replaced.", path, path);
                        SqliteFile.PutLogAside(path);
                    }

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

    /// <summary>Whether another file lies in the place of the one that is open, or none; also while going on in it has not
    /// succeeded.</summary>
    public bool HasMoved() => _shut is not null || _moved.HasMoved();

    /// <summary>
    /// Goes on in the file that lies there now. Nobody opens it before every connection to the one before is closed and its log is out of
    /// the way (<c>FILE-wal.replaced</c>): SQLite would write what is in that log into the new file.
    /// </summary>
    /// <exception cref="StoreOpenException">The file cannot be used, or the one before is still open. It stays shut to all until a further
    /// call has succeeded.</exception>
    public Task ReopenAsync(TimeProvider time, ILogger log, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            log.LogWarning("{Path} was moved, removed or replaced while it is in use; going on in the file that lies there now.", _path);
            _shut ??= SqliteTurnConnection.Shut(_path);
            _moved.Dispose();

            // Not to be given up half way, when the supervisor stops: the last look would open the new file with the log of the old one.
            for (var began = time.GetTimestamp(); _shut.IsInUse; await Task.Delay(CloseLook, time, CancellationToken.None))
            {
                if (time.GetElapsedTime(began) > ClosesWithin)
                {
                    throw new StoreOpenException($"{_path} was replaced, and is in use for longer than {ClosesWithin.TotalSeconds} s.");
                }
            }

            SqliteFile.LetGo(_path);
            SqliteFile.PutLogAside(_path);
            SqliteFile.CreateFor(_path);
            foreach (var step in SqliteMigrations.Prepare(_path, time, whileShut: true))
            {
                log.LogInformation("Applied schema step {Step} to {Path}.", step, _path);
            }

            try
            {
                _moved = new SqliteMoved(_path);
            }
            catch (SqliteException e)
            {
                throw SqliteFile.InWords(_path, e);
            }

            _shut.Dispose();
            _shut = null;
        },
        cancellation);

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await Task.Run(() =>
        {
            _moved.Dispose();
            SqliteFile.LetGo(_path);
            _shut?.Dispose();
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
