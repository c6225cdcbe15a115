using SQLitePCL;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>SQLite answered a call with an error. Never leaves the store: readers say unavailable, writers say unknown, opening says what
/// to do.</summary>
internal sealed class SqliteFault(int code, string message, string doing) : Exception($"SQLite says \"{message}\" ({code}) while {doing}.")
{
    /// <summary>The primary result code.</summary>
    public int Code { get; } = code & 0xff;

    /// <summary>The file itself is not what it should be; nothing that we do will heal it.</summary>
    public bool IsBroken => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}
