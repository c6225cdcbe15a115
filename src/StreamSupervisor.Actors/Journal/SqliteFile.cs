using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StreamSupervisor.Actors.Journal;

/// <summary>The connections to the file of one supervisor, and the rights of what lies in its folder.</summary>
internal static class SqliteFile
{
    /// <summary>
    /// What every connection has. FULL: an acknowledged write survives a power cut; fullfsync promises the same on macOS. Without a busy
    /// timeout of SQLite's own, Microsoft.Data.Sqlite sleeps 150 ms whenever two connections write at the same moment. The log is copied
    /// into the file every 32 MB instead of 4: a page that many batches touch is copied once.
    /// </summary>
    public const string Pragmas =
        "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA temp_store = MEMORY; " +
        "PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864";

    private const UnixFileMode ForUs = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The connection string of the file. Its connections are pooled, and have <see cref="Pragmas"/> only when they were
    /// set.</summary>
    public static string ConnectionString(string path) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.GetFullPath(path),
        Mode = SqliteOpenMode.ReadWriteCreate,
        Pooling = true,
    }.ConnectionString;

    /// <summary>An open connection.</summary>
    /// <param name="whileShut">As in <see cref="SqliteTurnConnection"/>.</param>
    /// <exception cref="SqliteException">It cannot be opened or read.</exception>
    public static SqliteConnection Open(string path, bool whileShut = false)
    {
        var connection = new SqliteTurnConnection(path, whileShut);
        try
        {
            connection.Open();
            Prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the pooled connections. Closing the last one moves the log into the file.</summary>
    public static void LetGo(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path));
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Takes the log of a file that was replaced out of the way of the one that lies there now. Nobody has either open.</summary>
    /// <exception cref="StoreOpenException">It cannot be moved.</exception>
    public static void PutLogAside(string path)
    {
        try
        {
            File.Delete(path + "-shm");
            if (File.Exists(path + "-wal"))
            {
                File.Move(path + "-wal", path + "-wal.replaced", overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"{path}-wal belongs to the file that was replaced and cannot be moved: {e.Message}", e);
        }
    }

    /// <summary>Sets <see cref="Pragmas"/>.</summary>
    public static void Prepare(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        _ = command.ExecuteNonQuery();
    }

    /// <summary>
    /// Makes the folder and the file so that only our user can read them: the journal names encoders and their addresses. SQLite gives the
    /// files beside it the mode of the file. A folder that is there already keeps its mode: it may be shared on purpose.
    /// </summary>
    /// <exception cref="StoreOpenException">The place cannot be written.</exception>
    public static void CreateFor(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                _ = Directory.CreateDirectory(folder);
                return;
            }

            if (!Directory.Exists(folder))
            {
                _ = Directory.CreateDirectory(folder, ForUs | UnixFileMode.UserExecute);
            }

            if (!File.Exists(path))
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = ForUs };
                using var made = new FileStream(path, options);
            }
            else
            {
                File.SetUnixFileMode(path, ForUs);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException(
                $"The folder of {path} cannot be written: {e.Message} Create it, or set storage.sqlite.path to another place.", e);
        }
    }

    /// <summary>What goes wrong with the file, in words for the person who starts the program.</summary>
    public static StoreOpenException InWords(string path, SqliteException e) => e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB
        ? Broken(path, e.Message, e)
        : new StoreOpenException($"{path} cannot be opened: {e.Message} Check the disk and the rights of the file and its folder.", e);

    public static StoreOpenException Broken(string path, string what, Exception? cause) => new(
        $"{path} is not a sound SQLite database ({what}). Restore it from a backup, or move it away together with its -wal file " +
        "to start empty: streams that are on air are found again by the next sweep, their history is lost.",
        cause);
}
