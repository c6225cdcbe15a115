using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>Not beside other tests: they would take the time that is measured here.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MembershipCollection : ICollectionFixture<MembershipStage>
{
    public const string Name = "membership";
}

/// <summary>One PostgreSQL server for all tests of the folder; each has a database of its own.</summary>
public sealed class MembershipStage : IAsyncLifetime
{
    /// <summary>How often what a race could spoil is done; <c>MEMBERSHIP_ROUNDS=10</c> does it more often.</summary>
    public static readonly int Rounds =
        int.Parse(Environment.GetEnvironmentVariable("MEMBERSHIP_ROUNDS") ?? "4", CultureInfo.InvariantCulture);

    private int _databases;

    public PostgresServer Postgres { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (PostgresBinaries.WhySkipped is null)
        {
            Postgres = await PostgresServer.StartAsync(fsync: false);
        }
    }

    public async Task DisposeAsync() => await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);

    /// <summary>A database with our schema and nothing in it.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"members_{Interlocked.Increment(ref _databases)}");
        _ = await AskAsync(Postgres.ConnectionString, $"CREATE DATABASE {name}", _ => 0);
        var database = Postgres.ConnectionStringOf(name);
        _ = await PostgresMigrations.MigrateAsync(database, NullLogger.Instance);
        return database;
    }

    /// <summary>Every member that the database ever knew, as <c>name:state</c> in the order of their entering.</summary>
    public static async Task<string> StatesAsync(string database) => string.Join(' ', await AskAsync(database,
        "SELECT name, (ARRAY['joining','active','draining','dead','left'])[state + 1] FROM streamsupervisor.cluster_member ORDER BY number",
        row => $"{row.GetString(0)}:{row.GetString(1)}"));

    /// <summary>The clusters that members are in.</summary>
    public static async Task<int> ClustersAsync(string database) => (await AskAsync(database,
        "SELECT count(DISTINCT cluster)::int FROM streamsupervisor.cluster_member WHERE state IN (1, 2)", row => row.GetInt32(0)))[0];

    /// <summary>Declares a member dead, as the others do.</summary>
    public static async Task CondemnAsync(string database, string name) => _ = await AskAsync(database,
        $"UPDATE streamsupervisor.cluster_member SET state = 3, ended_at = clock_timestamp(), why = 'the test says so' WHERE name = '{name}' RETURNING 1",
        row => row.GetInt32(0));

    internal static async Task<List<T>> AskAsync<T>(string database, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false;Application Name=test");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
