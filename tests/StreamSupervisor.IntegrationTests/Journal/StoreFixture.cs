using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>One PostgreSQL server for all journal tests of a run; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class StoreFixture : IAsyncLifetime, ICollectionFixture<StoreFixture>
{
    public const string Name = "journal store";

    private readonly string _folder = Directory.CreateTempSubdirectory("streamsupervisor-journal-").FullName;
    private int _made;

    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (PostgresBinaries.WhySkipped is null)
        {
            Server = await PostgresServer.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A place where there is nothing yet.</summary>
    public async Task<StoreLocation> NewAsync(bool postgres)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"journal_{Interlocked.Increment(ref _made)}");
        if (!postgres)
        {
            return new StoreLocation.Sqlite(Path.Combine(_folder, name, "supervisor.db"));
        }

        var server = new StoreLocation.Postgres(Server.ConnectionString);
        _ = await ExecuteAsync(server, $"CREATE DATABASE {name}");
        return new StoreLocation.Postgres(Server.ConnectionStringOf(name));
    }

    /// <summary>Runs a statement beside everybody, and brings its first value.</summary>
    public static async Task<object?> ExecuteAsync(StoreLocation location, string sql)
    {
        await using System.Data.Common.DbConnection connection = location switch
        {
            StoreLocation.Postgres postgres => new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false"),
            StoreLocation.Sqlite sqlite => new SqliteConnection($"Data Source={sqlite.Path};Pooling=false"),
            _ => throw new ArgumentException("No such store.", nameof(location)),
        };
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}

/// <summary>The two databases; PostgreSQL only where it is installed.</summary>
internal sealed class Databases : TheoryData<bool>
{
    public Databases()
    {
        Add(false);
        if (PostgresBinaries.WhySkipped is null)
        {
            Add(true);
        }
    }
}
