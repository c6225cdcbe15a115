using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StreamSupervisor.Actors.Journal;

/// <summary>Brings a file to the schema of this version, or says why it cannot be used.</summary>
public static class SqliteMigrations
{
    /// <summary>"SSup" in the header of the file: tells our databases from those of other programs.</summary>
    private const int ApplicationId = 0x53537570;

    /// <summary>A check of every page reads the whole file: below this size it costs less than a start takes anyway.</summary>
    internal const long CheckedAtStartBytes = 64L << 20;

    /// <summary>Brings the schema of a file up to date, as opening it does, and lets go of it again.</summary>
    /// <returns>The steps that were applied, by their titles.</returns>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(string path, TimeProvider time, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Task.Run(
            () =>
            {
                var full = Path.GetFullPath(path);
                SqliteFile.CreateFor(full);
                using var fileLock = SqliteFileLock.Take(full);
                if (SqliteLog.IsOfAnotherFile(full, CheckedAtStartBytes))
                {
                    throw new StoreOpenException($"{full}-wal was left by another file than the one that lies there now, such as before a "
                        + "restore. Move it away, and try again. Nothing was changed.");
                }

                try
                {
                    return Prepare(full, time);
                }
                finally
                {
                    SqliteFile.LetGo(full);
                }
            },
            cancellation);
    }

    /// <summary>The same under a lock that the caller holds.</summary>
    /// <exception cref="StoreOpenException">Newer, foreign, broken, or of a version before Akka.NET.</exception>
    internal static IReadOnlyList<string> Prepare(string path, TimeProvider time, bool whileShut = false)
    {
        try
        {
            using var connection = SqliteFile.Open(path, whileShut);
            Check(connection, path);
            return Migrate(connection, path, time);
        }
        catch (SqliteException e)
        {
            throw SqliteFile.InWords(path, e);
        }
    }

    /// <summary>What this version would still apply to a file that is only read.</summary>
    /// <returns>The steps that it was built from, and those that are missing.</returns>
    /// <exception cref="StoreOpenException">Newer, foreign, empty, or of a version before Akka.NET.</exception>
    internal static (IReadOnlyList<AppliedMigration> Applied, IReadOnlyList<Migration> Pending) Look(SqliteConnection connection,
        string path)
    {
        try
        {
            RefuseForeign(connection, path);
            var applied = Number(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_step'") == 0
                ? throw new StoreOpenException($"{path} is empty.")
                : Applied(connection, null);
            return (applied, Migration.Pending(Migration.Of("Sqlite"), applied, path));
        }
        catch (SqliteException e)
        {
            throw SqliteFile.InWords(path, e);
        }
    }

    private static void RefuseForeign(SqliteConnection connection, string path)
    {
        if (Number(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw new StoreOpenException(
                $"{path} is a database of another program. Set storage.sqlite.path to a file of its own; it will be created.");
        }

        // The journal of version 0.1 had tables, epochs and outboxes of its own, which nothing here can read.
        if (Number(connection, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('shard', 'outbox')") == 2)
        {
            throw new StoreOpenException(
                $"{path} holds the journal of a version before Akka.NET, which this version cannot read. " +
                "Move it away together with its -wal file, or set storage.sqlite.path to a new file; it will be created. " +
                "Streams that are on air are found again by the next sweep; locks and pins have to be set again. Nothing was changed.");
        }
    }

    private static void Check(SqliteConnection connection, string path)
    {
        if (Number(connection, "SELECT count(*) FROM sqlite_schema") > 0)
        {
            RefuseForeign(connection, path);
            if (new FileInfo(path).Length <= CheckedAtStartBytes && Text(connection, "PRAGMA quick_check(1)") is not "ok" and var fault)
            {
                throw SqliteFile.Broken(path, fault, null);
            }
        }

        if (Text(connection, "PRAGMA journal_mode = WAL") != "wal")
        {
            throw new StoreOpenException(
                $"{path} lies on a file system without shared memory, which write-ahead logging needs. " +
                "Put it on a local disk (storage.sqlite.path).");
        }
    }

    private static IReadOnlyList<string> Migrate(SqliteConnection connection, string path, TimeProvider time)
    {
        // All in one: a table without our id in the header would be taken for another program's at the next start.
        using var transaction = connection.BeginTransaction();
        Execute(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS schema_step(
              number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, compatible_from INTEGER NOT NULL,
              applied_at TEXT NOT NULL) STRICT;
            PRAGMA application_id = {ApplicationId.ToString(CultureInfo.InvariantCulture)}
            """,
            transaction);
        var pending = Migration.Pending(Migration.Of("Sqlite"), Applied(connection, transaction), path);
        foreach (var step in pending)
        {
            Execute(connection, step.Sql, transaction);
            Execute(
                connection,
                """
                INSERT INTO schema_step(number, name, checksum, compatible_from, applied_at)
                VALUES(@number, @name, @checksum, @from, @at)
                """,
                transaction,
                ("@number", step.Number),
                ("@name", step.Name),
                ("@checksum", step.Checksum),
                ("@from", step.CompatibleFrom),
                ("@at", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)));
        }

        transaction.Commit();
        return [.. pending.Select(step => step.Title)];
    }

    private static List<AppliedMigration> Applied(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT number, name, checksum, compatible_from FROM schema_step ORDER BY number";
        using var rows = command.ExecuteReader();
        var applied = new List<AppliedMigration>();
        while (rows.Read())
        {
            applied.Add(new AppliedMigration(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3)));
        }

        return applied;
    }

    private static void Execute(
        SqliteConnection connection, string sql, SqliteTransaction transaction, params (string Name, object Value)[] values)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            _ = command.Parameters.AddWithValue(name, value);
        }

        _ = command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql) => (long)Scalar(connection, sql)!;

    private static string Text(SqliteConnection connection, string sql) => Scalar(connection, sql) as string ?? "no answer";

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
