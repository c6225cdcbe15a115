using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// A connection of its own that tells whether the file was moved, removed or replaced since it was opened: SQLite goes on writing into
/// the file that it has, which nobody finds again.
/// </summary>
internal sealed class SqliteMoved : IDisposable
{
    private const int HasMovedCode = 20;

    private readonly SqliteConnection _connection;

    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public SqliteMoved(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        _connection.Open();
    }

    /// <summary>Also false when this was disposed.</summary>
    public bool HasMoved() => _connection.Handle is { } database
        && FileControl(database, "main", HasMovedCode, out var moved) == raw.SQLITE_OK && moved != 0;

    public void Dispose() => _connection.Dispose();

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int FileControl(sqlite3 database, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int code, out int result);
}
