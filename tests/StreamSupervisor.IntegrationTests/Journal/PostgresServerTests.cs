using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.IntegrationTests.Storage;
using static StreamSupervisor.IntegrationTests.Storage.PostgresFixture;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>What can be wrong with a server and with the rights of a role, and what the start says about it.</summary>
[Collection(Name)]
public sealed class PostgresServerTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task A_database_that_cannot_hold_every_name_stops_the_start()
    {
        var database = await postgres.NewDatabaseAsync("ENCODING 'LATIN1' TEMPLATE template0");
        (await RefusalAsync(database)).ShouldContain("UTF8");
    }

    [PostgresFact]
    public async Task A_missing_database_is_told_from_a_server_that_does_not_answer()
    {
        (await RefusalAsync(postgres.Server.ConnectionStringOf("nowhere"))).ShouldContain("CREATE DATABASE");
        _ = await Should.ThrowAsync<StoreUnavailableException>(() => MigrateAsync("Host=127.0.0.1;Port=1;Username=x;Database=x"));
        (await RefusalAsync("Server")).ShouldContain("cannot be read");
        (await RefusalAsync("Database=x")).ShouldContain("names no server");
    }

    [PostgresFact]
    public async Task A_role_with_the_documented_rights_serves_and_cannot_change_the_schema()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await ExecuteAsync(database, "CREATE ROLE serving LOGIN");
        var serving = new NpgsqlConnectionStringBuilder(database) { Username = "serving" }.ConnectionString;
        (await RefusalAsync(serving)).ShouldContain("migrate command");

        _ = await MigrateAsync(database);
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresMigrations.GrantAsync(database, "nobody\"; DROP SCHEMA streamsupervisor")))
            .Message.ShouldContain("CREATE ROLE");
        await PostgresMigrations.GrantAsync(database, "serving");
        await PostgresMigrations.GrantAsync(database, "serving");

        var location = new StoreLocation.Postgres(serving);
        await using var store = await JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);
        await using var member = JournalMember.Start(location);
        (await member.WriteAsync("live/cam1", Happened.Confirmed(1))).ShouldBe(1);
        (await new Timeline(store).ReadBackwardsAsync("live/cam1", long.MaxValue, 10)).Count.ShouldBe(1);
        foreach (var forbidden in (string[])
            ["DROP TABLE streamsupervisor.event_journal", "CREATE TABLE streamsupervisor.x()", "DELETE FROM streamsupervisor.schema_step"])
        {
            (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(serving, forbidden))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
    }

    [PostgresFact]
    public async Task A_server_that_may_forget_commits_is_warned_about_at_the_start()
    {
        var database = await postgres.NewDatabaseAsync();
        var log = new Warnings();
        _ = await PostgresMigrations.MigrateAsync(database, log);
        log.Lines.ShouldBeEmpty();
        _ = await PostgresMigrations.MigrateAsync(database + ";Options=-c synchronous_commit=off", log);
        log.Lines.ShouldHaveSingleItem().ShouldContain("synchronous_commit = off");
    }

    private static Task<IReadOnlyList<string>> MigrateAsync(string database) => PostgresMigrations.MigrateAsync(database, NullLogger.Instance);

    private static async Task<string> RefusalAsync(string database) =>
        (await Should.ThrowAsync<StoreOpenException>(() => MigrateAsync(database))).Message;

    private sealed class Warnings : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue(formatter(state, exception));
            }
        }
    }
}
