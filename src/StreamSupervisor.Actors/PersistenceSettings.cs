using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using LinqToDB.DataProvider.SQLite;
using Microsoft.Data.Sqlite;
using StreamSupervisor.Actors.Defaults;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Serialization;

namespace StreamSupervisor.Actors;

/// <summary>
/// What Akka.Persistence.Sql and Akka's serialization are told. The values and their reasons stand in <c>hocon/akka.conf</c>; they lie over
/// whatever a user wrote, and <see cref="StartupCheck"/> refuses to run without them. Connection strings are not among them, because
/// configurations are logged: they go with <see cref="SetupOf"/>.
/// </summary>
public static class PersistenceSettings
{
    /// <summary>The plugin that keeps events.</summary>
    public const string JournalPlugin = PostgresJournal.PluginId;

    /// <summary>The plugin that keeps snapshots.</summary>
    public const string SnapshotPlugin = "akka.persistence.snapshot-store.sql";

    /// <summary>The settings, to be laid over Akka's own.</summary>
    public static Config ConfigOf(StoreLocation location)
    {
        var bindings = Bindings.Select(binding => $"{binding.Path} = \"{binding.Value}\"");
        return ConfigurationFactory.ParseString(string.Join('\n', bindings))
            .WithFallback(AkkaDefaults.Of(AkkaDefaults.Store, DatabaseOf(location)));
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
    internal static IEnumerable<(string Path, string Value)> Of(StoreLocation location) =>
        [.. AkkaDefaults.ValuesOf(AkkaDefaults.Store), .. AkkaDefaults.ValuesOf(DatabaseOf(location)), .. Bindings];

    /// <summary>All our messages go through our serializer.</summary>
    private static IEnumerable<(string Path, string Value)> Bindings => MessageTable.Bindings.Select(type =>
        ($"akka.actor.serialization-bindings.\"{TypeName(type)}\"", StreamSerializer.Name));

    private static string DatabaseOf(StoreLocation location) => location is StoreLocation.Postgres
        ? AkkaDefaults.OnPostgres
        : AkkaDefaults.OnSqlite;

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
