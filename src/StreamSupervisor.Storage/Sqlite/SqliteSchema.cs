using System.Globalization;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>Brings a file to the schema of this version, or says why it cannot be used.</summary>
internal static class SqliteSchema
{
    /// <summary>"SSup" in the header of the file: tells our databases from those of other programs.</summary>
    private const int ApplicationId = 0x53537570;

    /// <summary>A check of every page reads the whole file: below this size it costs less than a start takes anyway.</summary>
    private const long CheckedAtStartBytes = 64L << 20;

    /// <returns>The steps that were applied, by their titles.</returns>
    /// <exception cref="StoreOpenException">Newer, foreign, broken, or cut into another number of shards.</exception>
    public static IReadOnlyList<string> Prepare(SqliteConnection connection, string path, int shards, TimeProvider time)
    {
        var fresh = connection.Prepared("SELECT count(*) FROM sqlite_schema").Number() == 0;
        if (!fresh && connection.Prepared("PRAGMA application_id").Number() != ApplicationId)
        {
            throw new StoreOpenException($"{path} is a database of another program. Set storage.sqlite.path to a file of its own; it will be created.");
        }

        if (!fresh && new FileInfo(path).Length <= CheckedAtStartBytes &&
            connection.Prepared("PRAGMA quick_check(1)").Rows(row => row.Text(0)) is not ["ok"] and var faults)
        {
            throw Broken(path, faults.FirstOrDefault() ?? "no answer", null);
        }

        if (connection.Prepared("PRAGMA journal_mode = WAL").Rows(row => row.Text(0)) is not ["wal"])
        {
            throw new StoreOpenException(
                $"{path} lies on a file system without shared memory, which write-ahead logging needs. Put it on a local disk (storage.sqlite.path).");
        }

        var applied = Migrate(connection, path, time);
        CheckShards(connection, path, shards);
        return applied;
    }

    public static StoreOpenException Broken(string path, string what, Exception? cause) => new(
        $"{path} is not a sound SQLite database ({what}). Restore it from a backup, or move it away together with its -wal file to start empty: " +
        "streams that are on air are found again by the next sweep, their history is lost.",
        cause);

    private static IReadOnlyList<string> Migrate(SqliteConnection connection, string path, TimeProvider time)
    {
        connection.InTransaction(() =>
        {
            // Together: a table without our id in the header would be taken for another program's at the next start.
            connection.Execute(
                """
                CREATE TABLE IF NOT EXISTS migration(
                  number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT
                """);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
            return true;
        });
        var isFresh = connection.Prepared("SELECT count(*) FROM migration").Number() == 0;
        var applied = isFresh ? [] : connection.Prepared(
                """
                SELECT m.number, m.name, m.checksum, coalesce(CAST(c.value AS INTEGER), m.number) FROM migration m
                LEFT JOIN meta c ON c.name = 'schema-' || m.number || '-compatible-from' ORDER BY m.number
                """)
            .Rows(row => new AppliedMigration((int)row.Int64(0), row.Text(1), row.Text(2), (int)row.Int64(3)));
        var pending = Migration.Pending(Migration.Of("Sqlite"), applied, path);
        foreach (var step in pending)
        {
            connection.InTransaction(() =>
            {
                connection.Execute(step.Sql);
                connection.Prepared("INSERT INTO migration(number, name, checksum, applied_at) VALUES(?1, ?2, ?3, ?4)")
                    .Bind(1, step.Number).Bind(2, step.Name).Bind(3, step.Checksum)
                    .Bind(4, time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)).Run();
                if (step.CompatibleFrom < step.Number)
                {
                    connection.Prepared("INSERT INTO meta(name, value) VALUES(?1, ?2)").Bind(1, step.CompatibilityKey)
                        .Bind(2, step.CompatibleFrom.ToString(CultureInfo.InvariantCulture)).Run();
                }

                connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {step.Number}"));
                return step.Number;
            });
        }

        return [.. pending.Select(step => step.Title)];
    }

    private static void CheckShards(SqliteConnection connection, string path, int shards) => connection.InTransaction(() =>
    {
        var asked = shards.ToString(CultureInfo.InvariantCulture);
        connection.Prepared("INSERT INTO meta(name, value) VALUES('shards', ?1) ON CONFLICT DO NOTHING").Bind(1, asked).Run();
        var stored = connection.Prepared("SELECT value FROM meta WHERE name = 'shards'").Rows(row => row.Text(0))[0];
        if (stored != asked)
        {
            throw new StoreOpenException(
                $"{path} is cut into {stored} shards and this start asks for {asked}. The number is fixed for the life of a database: " +
                "set it back, or start with a new file.");
        }

        for (var shard = 0; shard < shards; shard++)
        {
            connection.Prepared("INSERT INTO shard(shard, epoch) VALUES(?1, 0) ON CONFLICT DO NOTHING").Bind(1, shard).Run();
        }

        return true;
    });
}
