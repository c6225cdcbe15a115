using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Actors.Moving;

/// <summary>
/// Moves the journal of one supervisor from its file into the database of a cluster: everything that both keep, number for number, so that
/// timelines, registrations and receivers of webhooks go on where they were.
/// </summary>
/// <remarks>
/// <para>One transaction: all of it is there in the end, or nothing, and whoever starts a member meanwhile waits. The rows stream through;
/// how many there are costs time and no memory.</para>
/// <para>The file is held for ourselves and only read. A supervisor that were started on it afterwards would be a second one, with a past
/// of its own; that is for the person who moves to see to.</para>
/// <para>The trigger that refuses gaps is out of force meanwhile, which takes the owner of the schema: what retention has deleted is a gap
/// before the first row of a key.</para>
/// </remarks>
internal static class SqliteToPostgres
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Copies the file into a database that has our schema and nothing in it.</summary>
    /// <param name="connectionString">As the owner of the schema. The migrations have run.</param>
    /// <returns>The rows of each table, counted on both sides.</returns>
    /// <exception cref="StoreOpenException">The file is in use, not sound, or of another version; or the database is not empty, or the role
    /// may not. Nothing was changed.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer. Nothing was changed.</exception>
    public static async Task<IReadOnlyList<MovedTable>> CopyAsync(string file, string connectionString, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new StoreOpenException($"There is no file {path}.");
        }

        using var fileLock = SqliteFileLock.Take(path);
        using var source = SqliteReadOnly.Open(path);
        try
        {
            if (SqliteReadOnly.Fault(source) is { } fault)
            {
                throw SqliteFile.Broken(path, fault, null);
            }

            if (SqliteMigrations.Look(source, path).Pending.Count > 0)
            {
                throw new StoreOpenException($"{path} is of an earlier version. Bring it up to date first: streamsupervisor migrate with "
                    + "storage.provider = sqlite.");
            }

            await using var database = PostgresConnections.Create(connectionString, "move", 1);
            await using var target = await database.OpenConnectionAsync(cancellation);
            return await CopyAsync(source, target, connectionString, cancellation);
        }
        catch (SqliteException e)
        {
            throw SqliteFile.InWords(path, e);
        }
        catch (PostgresException e)
        {
            throw new StoreOpenException($"PostgreSQL refuses: {e.MessageText}. {PostgresFault.Advice(e)}".TrimEnd()
                + " Nothing was changed.", e);
        }
        catch (MemberTableSilentException e)
        {
            throw new StoreUnavailableException(e.Message, e);
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e))
        {
            throw new StoreUnavailableException($"PostgreSQL did not answer: {e.Message} Nothing was changed.", e);
        }
    }

    private static async Task<IReadOnlyList<MovedTable>> CopyAsync(
        SqliteConnection source, NpgsqlConnection target, string connectionString, CancellationToken cancellation)
    {
        var history = HistoryFor(source, connectionString);
        await using var transaction = await target.BeginTransactionAsync(cancellation);
        await ExecuteAsync(
            target,
            $"""
            SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '10s';
            LOCK TABLE {string.Join(", ", SharedTable.All.Select(table => table.Target))} IN ACCESS EXCLUSIVE MODE
            """,
            cancellation);
        await RefuseUsedAsync(target, cancellation);
        await ExecuteAsync(target, "ALTER TABLE streamsupervisor.event_journal DISABLE TRIGGER event_journal_gap", cancellation);

        // One state of the file, though nobody else may write it now.
        using var reading = source.BeginTransaction(deferred: true);
        var moved = new List<MovedTable>();
        foreach (var table in SharedTable.All)
        {
            var rows = await CopyAsync(table, source, reading, target, cancellation);
            await GoOnAsync(table, source, reading, target, cancellation);
            moved.Add(new MovedTable(table.Name, await CountedAsync(table, rows, target, cancellation)));
        }

        if (history is not null)
        {
            await ExecuteAsync(target, "INSERT INTO streamsupervisor.setting(name, value) VALUES('history', $1)", cancellation, history);
        }

        await ExecuteAsync(target, "ALTER TABLE streamsupervisor.event_journal ENABLE TRIGGER event_journal_gap", cancellation);
        await transaction.CommitAsync(cancellation);
        await ExecuteAsync(target, $"ANALYZE {string.Join(", ", SharedTable.All.Select(table => table.Target))}", cancellation);
        return moved;
    }

    private static async Task<long> CopyAsync(
        SharedTable table, SqliteConnection source, SqliteTransaction reading, NpgsqlConnection target, CancellationToken cancellation)
    {
        await using var select = Select(source, reading, $"SELECT {table.ColumnList} FROM {table.From} ORDER BY {table.Order}");
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        await using var copy = await target.BeginBinaryImportAsync(
            $"COPY {table.Target}({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellation);
        copy.Timeout = Patience;
        var count = 0L;
        for (; await rows.ReadAsync(cancellation); count++)
        {
            await copy.StartRowAsync(cancellation);
            for (var i = 0; i < table.Columns.Count; i++)
            {
                await (rows.IsDBNull(i) ? copy.WriteNullAsync(cancellation) : table.Columns[i].Kind switch
                {
                    ColumnKind.Text => copy.WriteAsync(rows.GetString(i), NpgsqlDbType.Text, cancellation),
                    ColumnKind.Int => copy.WriteAsync(rows.GetInt32(i), NpgsqlDbType.Integer, cancellation),
                    ColumnKind.Flag => copy.WriteAsync(rows.GetInt64(i) != 0, NpgsqlDbType.Boolean, cancellation),
                    ColumnKind.Bytes => copy.WriteAsync((byte[])rows[i], NpgsqlDbType.Bytea, cancellation),
                    _ => copy.WriteAsync(rows.GetInt64(i), NpgsqlDbType.Bigint, cancellation),
                });
            }
        }

        _ = await copy.CompleteAsync(cancellation);
        return count;
    }

    /// <summary>The next row gets the number after the last that the file has given, also where that row is deleted by now.</summary>
    private static async Task GoOnAsync(
        SharedTable table, SqliteConnection source, SqliteTransaction reading, NpgsqlConnection target, CancellationToken cancellation)
    {
        if (table.Numbered is not { } column)
        {
            return;
        }

        await using var last = Select(source, reading, $"SELECT seq FROM sqlite_sequence WHERE name = '{table.Name}'");
        if (await last.ExecuteScalarAsync(cancellation) is long and > 0 and var number)
        {
            await ExecuteAsync(target, $"SELECT setval(pg_get_serial_sequence('{table.Target}', '{column}'), $1)", cancellation, number);
        }
    }

    private static async Task<long> CountedAsync(SharedTable table, long rows, NpgsqlConnection target, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM {table.Target}", target) { CommandTimeout = 0 };
        var there = (long)(await count.ExecuteScalarAsync(cancellation))!;
        return there == rows ? rows : throw new StoreOpenException(
            $"Of {rows} rows of {table.Name} {there} have arrived in PostgreSQL. Nothing was changed.");
    }

    private static async Task RefuseUsedAsync(NpgsqlConnection target, CancellationToken cancellation)
    {
        await using (var members = new NpgsqlCommand(
            """
            SELECT string_agg(name, ', ' ORDER BY name) FROM streamsupervisor.cluster_member
            WHERE state < 3 AND lease_until > clock_timestamp()
            """, target))
        {
            if (await members.ExecuteScalarAsync(cancellation) is string alive)
            {
                throw new StoreOpenException(
                    $"The database {target.Database} is in use by members ({alive}). Stop them. Nothing was changed.");
            }
        }

        var used = new List<string>();
        foreach (var table in SharedTable.All)
        {
            await using var any = new NpgsqlCommand($"SELECT EXISTS (SELECT 1 FROM {table.Target})", target);
            if (await any.ExecuteScalarAsync(cancellation) is true)
            {
                used.Add(table.Name);
            }
        }

        if (used.Count > 0)
        {
            throw new StoreOpenException($"The database {target.Database} is not empty ({string.Join(", ", used)}): two journals cannot be "
                + "joined. Name a new database. Nothing was changed.");
        }
    }

    /// <summary>
    /// Where the file went back in time once, its epoch says from where generations go on. The server has an identity of its own.
    /// </summary>
    private static byte[]? HistoryFor(SqliteConnection source, string connectionString)
    {
        using var select = Select(source, null, "SELECT value FROM setting WHERE name = 'history'");
        if (select.ExecuteScalar() is not byte[] stored
            || !long.TryParse(Encoding.ASCII.GetString(stored).Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture,
                out var epoch)
            || epoch == 0)
        {
            return null;
        }

        using var members = new MemberTable(connectionString);
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{epoch} {members.LookBack().Identity}"));
    }

    private static SqliteCommand Select(SqliteConnection source, SqliteTransaction? reading, string sql)
    {
        var command = source.CreateCommand();
        command.Transaction = reading;
#pragma warning disable CA2100 // made of constants of this program
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static async Task ExecuteAsync(NpgsqlConnection target, string sql, CancellationToken cancellation, params object[] values)
    {
#pragma warning disable CA2100 // made of constants of this program
        await using var command = new NpgsqlCommand(sql, target) { CommandTimeout = 0 };
#pragma warning restore CA2100
        foreach (var value in values)
        {
            _ = command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        _ = await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A table that was moved.</summary>
/// <param name="Rows">On both sides.</param>
internal sealed record MovedTable(string Name, long Rows);
