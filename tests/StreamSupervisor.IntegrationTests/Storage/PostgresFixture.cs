using System.Globalization;
using Npgsql;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>One server for all tests of a run that need one; its tests run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresFixture : IAsyncLifetime, ICollectionFixture<PostgresFixture>
{
    public const string Name = "postgres";

    private int _databases;

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
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> NewDatabaseAsync(string options = "")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(Server.ConnectionString, $"CREATE DATABASE {name} {options}");
        return Server.ConnectionStringOf(name);
    }

    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
