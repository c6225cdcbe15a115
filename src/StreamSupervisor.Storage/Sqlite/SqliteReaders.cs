using System.Collections.Concurrent;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>A few connections that read beside the writer; each sees everything that was committed before its query.</summary>
internal sealed class SqliteReaders(string path, int size) : IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _free = new(size);
    private volatile bool _closed;

    /// <exception cref="StoreUnavailableException">SQLite answered with an error, or the store is closed.</exception>
    public async Task<T> ReadAsync<T>(string what, Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            // On the pool: a page that is not in memory is a wait for the disk, and the caller may be the turn of an entity.
            return await Task.Run(() => Read(what, read), cancellation);
        }
        finally
        {
            _ = _free.Release();
        }
    }

    /// <summary>Waits for the reads under way.</summary>
    public void Dispose()
    {
        _closed = true;
        for (var i = 0; i < size; i++)
        {
            _free.Wait();
        }

        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        _ = _free.Release(size);
    }

    private T Read<T>(string what, Func<SqliteConnection, T> read)
    {
        if (_closed)
        {
            throw new StoreUnavailableException($"The database {path} is closed; {what} was not read.");
        }

        SqliteConnection? connection = null;
        try
        {
            connection = _idle.TryTake(out var idle) ? idle : SqliteConnection.Open(path, readOnly: true);
            var result = read(connection);
            _idle.Add(connection);
            return result;
        }
        catch (SqliteFault e)
        {
            connection?.Dispose();
            throw new StoreUnavailableException($"The database {path} did not answer for {what}: {e.Message}", e);
        }
    }
}
