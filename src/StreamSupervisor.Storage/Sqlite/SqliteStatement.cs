using System.Text;
using SQLitePCL;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>
/// A prepared statement, bound by position and used again and again. Directly on the C interface: a row of an append costs about a
/// microsecond, and the ADO layer above it would double that.
/// </summary>
internal sealed class SqliteStatement(sqlite3 connection, sqlite3_stmt handle, string sql) : IDisposable
{
    private readonly byte[] _buffer = new byte[4096];

    public SqliteStatement Bind(int position, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, position, value));
        return this;
    }

    public SqliteStatement Bind(int position, string? value)
    {
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(handle, position));
        }
        else if (value.Length == 0 || value.Length * 3 > _buffer.Length)
        {
            // The overload for spans would bind an empty one as NULL.
            Check(raw.sqlite3_bind_text(handle, position, value));
        }
        else
        {
            Check(raw.sqlite3_bind_text(handle, position, _buffer.AsSpan(0, Encoding.UTF8.GetBytes(value, _buffer))));
        }

        return this;
    }

    public SqliteStatement Bind(int position, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, position, 0) : raw.sqlite3_bind_blob(handle, position, value));
        return this;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next use.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs a statement that gives at most one number.</summary>
    public long? Number()
    {
        try
        {
            return Step() && !IsNull(0) ? Int64(0) : null;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>All rows of a query.</summary>
    public List<T> Rows<T>(Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (Step())
            {
                rows.Add(read(this));
            }

            return rows;
        }
        finally
        {
            Reset();
        }
    }

    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        return result switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw Fault(result),
        };
    }

    /// <summary>Its result repeats the error of the last step, which was thrown there.</summary>
    public void Reset()
    {
        _ = raw.sqlite3_reset(handle);
        _ = raw.sqlite3_clear_bindings(handle);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public void Dispose() => handle.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw Fault(result);
        }
    }

    private SqliteFault Fault(int result) => new(result, raw.sqlite3_errmsg(connection).utf8_to_string(), sql);
}
