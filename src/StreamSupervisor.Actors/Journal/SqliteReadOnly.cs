using Microsoft.Data.Sqlite;

namespace StreamSupervisor.Actors.Journal;

/// <summary>A file that is looked at and left as it is, whether a supervisor works in it or none does.</summary>
internal static class SqliteReadOnly
{
    /// <summary>
    /// An open connection that sees one state of the file for each transaction. Where nothing lies beside the file, nobody works in it, and
    /// it is read as it is: SQLite would leave a log and an index of it there otherwise.
    /// </summary>
    /// <exception cref="StoreOpenException">There is no such file, or it is no database.</exception>
    public static SqliteConnection Open(string path)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new StoreOpenException($"There is no file {full}.");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = $"{new Uri(full).AbsoluteUri}?mode=ro{(IsQuiet(full) ? "&immutable=1" : "")}", Pooling = false,
        }.ConnectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; SELECT count(*) FROM sqlite_schema";
            _ = command.ExecuteScalar();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw SqliteFile.InWords(full, e);
        }
    }

    /// <summary>Whether nothing lies beside a file that a supervisor at work, or one that crashed, has there.</summary>
    public static bool IsQuiet(string path) =>
        new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 } && !File.Exists(path + "-shm");

    /// <summary>What is wrong with the pages of a file; null: nothing. Reads all of it.</summary>
    public static string? Fault(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();

        // Not the quick check: rows that are missing in an index are what a mixture of two files has.
        command.CommandText = "PRAGMA integrity_check(1)";
        return command.ExecuteScalar() as string is var answer && answer == "ok" ? null : answer ?? "no answer";
    }
}
