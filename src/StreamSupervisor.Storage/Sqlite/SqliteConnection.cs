using SQLitePCL;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = new(ReferenceEqualityComparer.Instance);

    static SqliteConnection() => Batteries_V2.Init();

    private SqliteConnection(sqlite3 handle) => _handle = handle;

    /// <summary>Opens the file, creates it if need be, with the settings that every connection of ours has.</summary>
    /// <exception cref="SqliteFault">It cannot be opened or read.</exception>
    public static SqliteConnection Open(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (readOnly ? 0 : raw.SQLITE_OPEN_CREATE);
        var result = raw.sqlite3_open_v2(path, out var handle, flags, null);
        if (result != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errstr(result).utf8_to_string();
            handle?.Dispose();
            throw new SqliteFault(result, message, $"opening {path}");
        }

        var connection = new SqliteConnection(handle);
        try
        {
            _ = raw.sqlite3_busy_timeout(handle, 2000);

            // FULL: an acknowledged append survives a power cut. fullfsync: the same on macOS, where fsync alone promises less.
            connection.Execute(
                "PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000");

            // The writer copies the log into the file every 32 MB instead of 4: a page that many batches touch is copied once.
            connection.Execute(readOnly ? "PRAGMA query_only = ON" : "PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864");

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs one or more statements without parameters or rows.</summary>
    public void Execute(string sql)
    {
        var result = raw.sqlite3_exec(_handle, sql, out var message);
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteFault(result, message ?? raw.sqlite3_errstr(result).utf8_to_string(), sql);
        }
    }

    /// <summary>The prepared statement of a constant text. Kept by reference: the text is never built from values.</summary>
    public SqliteStatement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            var result = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
            if (result != raw.SQLITE_OK)
            {
                throw new SqliteFault(result, raw.sqlite3_errmsg(_handle).utf8_to_string(), sql);
            }

            statement = new SqliteStatement(_handle, handle, sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs <paramref name="work"/> in one transaction that holds the write lock from its start.</summary>
    public T InTransaction<T>(Func<T> work)
    {
        Prepared("BEGIN IMMEDIATE").Run();
        try
        {
            var result = work();
            Prepared("COMMIT").Run();
            return result;
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(_handle) == 0)
            {
                // Its own failure says nothing new: the connection is given up after any fault.
                _ = raw.sqlite3_exec(_handle, "ROLLBACK");
            }

            throw;
        }
    }

    public int Changes => raw.sqlite3_changes(_handle);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _handle.Dispose();
    }
}
