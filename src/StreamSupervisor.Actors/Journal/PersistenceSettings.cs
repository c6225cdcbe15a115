using System.Text;
using Akka.Actor.Setup;
using Akka.Persistence.Sql.Config;
using Akka.Persistence.Sql.Journal;
using Akka.Persistence.Sql.Snapshot;
using LinqToDB;
using LinqToDB.DataProvider.SQLite;
using Microsoft.Data.Sqlite;
using StreamSupervisor.Actors.Serialization;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// What Akka.Persistence.Sql and Akka's serialization are told. The text goes into the configuration of the actor system behind whatever a
/// user wrote; <see cref="StartupCheck"/> refuses to run without it. Connection strings are not in it, because configurations are logged:
/// they go with <see cref="SetupOf"/>.
/// </summary>
/// <remarks>
/// Why not the defaults. The replay filter drops events after every rebalance: a clean move a→b→a→b of a key recovers 3 of 4 events,
/// for it takes a second member for a stale one; the uniqueness of (id, sequence) is our filter. On SQLite one conflict fails its whole
/// batch and each of its writes counts as a failure, so the default circuit breaker (10 failures) would shut the journal for 30 s after
/// one stale write, and that of the snapshots would keep every recovery away for a minute after the database is back.
/// </remarks>
public static class PersistenceSettings
{
    /// <summary>The plugin that keeps events.</summary>
    public const string JournalPlugin = "akka.persistence.journal.sql";

    /// <summary>The plugin that keeps snapshots.</summary>
    public const string SnapshotPlugin = "akka.persistence.snapshot-store.sql";

    /// <summary>The threads that wait for SQLite, so that no thread of the actors does.</summary>
    private const string SqliteDispatcher = "streamsupervisor.sqlite-dispatcher";

    /// <summary>The HOCON text: one quoted value a line.</summary>
    public static string Render(StoreLocation location)
    {
        var text = new StringBuilder();
        foreach (var (path, value) in Of(location))
        {
            _ = text.Append(path).Append(" = \"").Append(value).Append("\"\n");
        }

        return text.ToString();
    }

    /// <summary>The connections of the plugins, to be given to the actor system beside its configuration.</summary>
    /// <exception cref="StoreOpenException">The text of the location is not a connection string.</exception>
    public static Setup SetupOf(StoreLocation location)
    {
        // Recoveries read through both pools, up to max-concurrent-recoveries at once; events are written by two.
        var setup = new MultiDataOptionsSetup();
        setup.AddDataOptions(JournalPlugin, ConnectionsTo(location, "journal", size: 24));
        setup.AddDataOptions(SnapshotPlugin, ConnectionsTo(location, "snapshots", size: 12));
        return setup;
    }

    /// <summary>Every setting that a guarantee or the speed rests on, in the words of Akka.</summary>
    internal static IEnumerable<(string Path, string Value)> Of(StoreLocation location)
    {
        var postgres = location is StoreLocation.Postgres;
        List<(string, string)> settings =
        [
            ("akka.persistence.journal.plugin", JournalPlugin),
            ("akka.persistence.snapshot-store.plugin", SnapshotPlugin),
            ($"{JournalPlugin}.class", TypeName(postgres ? typeof(PostgresJournal) : typeof(SqlWriteJournal))),
            ($"{SnapshotPlugin}.class", TypeName(typeof(SqlSnapshotStore))),
            ("akka.persistence.max-concurrent-recoveries", postgres ? "16" : "8"),
            ($"{JournalPlugin}.replay-filter.mode", "off"),
            ($"{JournalPlugin}.recovery-event-timeout", "10s"),
            ($"{JournalPlugin}.tag-write-mode", "TagTable"),
            ($"{JournalPlugin}.buffer-size", "5000"),
            ($"{JournalPlugin}.batch-size", "400"),
            ($"{JournalPlugin}.db-round-trip-max-batch-size", "1000"),
            ($"{JournalPlugin}.max-row-by-row-size", "100"),
            ($"{JournalPlugin}.parallelism", postgres ? "2" : "1"),
            ($"{JournalPlugin}.delete-compatibility-mode", "off"),
            ($"{JournalPlugin}.default.journal.table-name", "event_journal"),
            ($"{JournalPlugin}.default.journal.use-writer-uuid-column", "off"),
            ($"{SnapshotPlugin}.default.snapshot.table-name", "event_snapshot"),
            ($"{SnapshotPlugin}.snapshot-is-optional", "off"),
        ];
        foreach (var plugin in new[] { JournalPlugin, SnapshotPlugin })
        {
            settings.AddRange(
            [
                ($"{plugin}.provider-name", postgres ? ProviderName.PostgreSQL15 : ProviderName.SQLiteMS),
                ($"{plugin}.auto-initialize", "off"),
                ($"{plugin}.table-mapping", "default"),
                ($"{plugin}.circuit-breaker.max-failures", "1000000"),
                ($"{plugin}.circuit-breaker.call-timeout", "5s"),
                ($"{plugin}.circuit-breaker.reset-timeout", "500ms"),
                .. postgres
                    ? [($"{plugin}.default.schema-name", "streamsupervisor")]
                    : new[]
                    {
                        // A deferred transaction reads beside the writer; any other takes the write lock.
                        ($"{plugin}.read-isolation-level", "read-uncommitted"),
                        ($"{plugin}.plugin-dispatcher", SqliteDispatcher),
                    },
            ]);
        }

        if (!postgres)
        {
            settings.AddRange(
            [
                ($"{JournalPlugin}.materializer-dispatcher", SqliteDispatcher),
                ($"{SqliteDispatcher}.type", "ForkJoinDispatcher"),
                ($"{SqliteDispatcher}.throughput", "30"),
                ($"{SqliteDispatcher}.dedicated-thread-pool.thread-count", "4"),
                ($"{SqliteDispatcher}.dedicated-thread-pool.threadtype", "background"),
            ]);
        }

        settings.AddRange(
        [
            ("akka.actor.serialization-settings.allow-unregistered-types", "off"),
            ("akka.actor.serializers.json", TypeName(typeof(ThrowingSerializer))),
            ($"akka.actor.serializers.{StreamSerializer.Name}", TypeName(typeof(StreamSerializer))),
            .. MessageTable.Bindings.Select(type => ($"akka.actor.serialization-bindings.\"{TypeName(type)}\"", StreamSerializer.Name)),
        ]);
        return settings;
    }

    private static string TypeName(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    private static DataOptions ConnectionsTo(StoreLocation location, string purpose, int size) => location switch
    {
        StoreLocation.Postgres postgres => new DataOptions()
            .UseConnectionString(ProviderName.PostgreSQL15, PostgresConnections.Render(postgres.ConnectionString, purpose, size)),
        StoreLocation.Sqlite sqlite => new DataOptions()
            .UseConnectionString(ProviderName.SQLiteMS, SqliteFile.ConnectionString(sqlite.Path))
            .UseConnectionFactory(SQLiteTools.GetDataProvider(SQLiteProvider.Microsoft), _ => new SqliteTurnConnection(sqlite.Path))
            .UseAfterConnectionOpened(connection => SqliteFile.Prepare((SqliteConnection)connection)),
        _ => throw new ArgumentException($"There is no store for {location?.GetType().Name ?? "nothing"}.", nameof(location)),
    };
}
