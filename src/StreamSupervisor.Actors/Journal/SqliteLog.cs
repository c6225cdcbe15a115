using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StreamSupervisor.Actors.Journal;

/// <summary>The log beside a file (<c>FILE-wal</c>), when it was written for another one.</summary>
/// <remarks>
/// <para>
/// SQLite takes whatever log lies there. Its salts and checksums say that the log is whole; nothing in it names the file. After a crash
/// the log is still there; an older copy that is put over the file then gets pages of a later state: a row that points at a page that it
/// does not have, an index without its rows. And the first connection that closes copies them into it, so that the copy is lost too.
/// </para>
/// <para>
/// So both are looked at before anything can write: the file with its log, and the file alone. What is not sound together and sound alone
/// does not belong together. Not found is a mixture that happens to be sound: mostly that is the state before the crash, and where the
/// journal is older than the rest, the look at the mark finds that it has gone back.
/// </para>
/// </remarks>
internal static class SqliteLog
{
    /// <summary>Whether the log was written for another file than the one that lies there now. Nobody has it open.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="largest">A larger file is not read through, and its log taken as its own.</param>
    public static bool IsOfAnotherFile(string path, long largest) =>
        new FileInfo(path + "-wal") is { Exists: true, Length: > 0 }
        && new FileInfo(path) is { Exists: true, Length: > 0 and var length } && length <= largest
        && !IsSound(path, "mode=ro") && IsSound(path, "mode=ro&immutable=1");

    /// <param name="how">Of SQLite's URI; <c>immutable</c> leaves the log alone.</param>
    private static bool IsSound(string path, string how)
    {
        var source = $"{new Uri(path).AbsoluteUri}?{how}";
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = source, Pooling = false }.ConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();

            // Not the quick check: rows that are missing in an index are what such a mixture has.
            command.CommandText = "PRAGMA integrity_check(1)";
            return command.ExecuteScalar() is "ok";
        }
        catch (SqliteException e)
        {
            // What cannot be opened at all is told by whoever opens it next.
            return e.SqliteErrorCode is not (raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB);
        }
    }
}
