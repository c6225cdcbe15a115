using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Storage;
using StreamSupervisor.Storage.Postgres;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;
using static StreamSupervisor.IntegrationTests.Storage.PostgresFixture;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>What can be wrong with a server or a schema, and what the start says about it.</summary>
[Collection(Name)]
public sealed class PostgresSchemaTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task Members_that_start_at_the_same_moment_migrate_once()
    {
        var database = await postgres.NewDatabaseAsync();
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresSchema.MigrateAsync(database, NullLogger.Instance)));
        applied.SelectMany(steps => steps).ShouldBe(Migration.Of("Postgres").Select(step => step.Title));
        (await PostgresSchema.MigrateAsync(database, NullLogger.Instance)).ShouldBeEmpty();
        (await ExecuteAsync(database, "SELECT count(*) FROM streamsupervisor.shard")).ShouldBe(256L);
    }

    [PostgresFact]
    public async Task A_newer_schema_or_another_number_of_shards_stops_the_start()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await PostgresSchema.MigrateAsync(database, NullLogger.Instance);
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(database, NullLogger.Instance, shards: 64))).Message.ShouldContain("number of shards");
        _ = await ExecuteAsync(database, "INSERT INTO streamsupervisor.migration VALUES(99, 'future', 'x')");
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(database, NullLogger.Instance))).Message.ShouldContain("newer version");
    }

    [PostgresFact]
    public async Task A_newer_schema_that_does_this_program_no_harm_lets_it_start_in_the_middle_of_a_rolling_restart()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await PostgresSchema.MigrateAsync(database, NullLogger.Instance);
        _ = await ExecuteAsync(database, "INSERT INTO streamsupervisor.migration VALUES(98, 'addition', 'x'); INSERT INTO streamsupervisor.meta VALUES('schema-98-compatible-from', '2')");
        (await PostgresSchema.MigrateAsync(database, NullLogger.Instance)).ShouldBeEmpty();

        _ = await ExecuteAsync(database, "INSERT INTO streamsupervisor.migration VALUES(99, 'break', 'x')");
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(database, NullLogger.Instance))).Message.ShouldContain("Start the newer version");
    }

    [PostgresFact]
    public async Task A_step_that_changes_what_older_members_work_with_waits_until_they_are_gone_and_one_that_does_not_is_applied_beside_them()
    {
        var database = await postgres.NewDatabaseAsync();
        await using var older = await PostgresMember.JoinAsync(database, "older");
        IReadOnlyList<Migration> addition = [.. Migration.Of("Postgres"), new(90, "addition", "-- compatible-from: 2\nCREATE TABLE streamsupervisor.added()")];
        IReadOnlyList<Migration> change = [.. addition, new(91, "change", "ALTER TABLE streamsupervisor.added ADD x int")];

        (await PostgresSchema.MigrateAsync(database, addition, NullLogger.Instance)).ShouldBe(["090 addition"]);
        (await PostgresSchema.MigrateAsync(database, NullLogger.Instance)).ShouldBeEmpty("the older version starts again beside the newer one");
        var refused = await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(database, change, NullLogger.Instance));
        refused.Message.ShouldContain("(older), and schema step 091 change");

        await older.Cluster.LeaveAsync(older.Id, default);
        (await PostgresSchema.MigrateAsync(database, change, NullLogger.Instance)).ShouldBe(["091 change"]);
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(database, addition, NullLogger.Instance))).Message.ShouldContain("Start the newer version");
    }

    [PostgresFact]
    public async Task What_the_first_schema_kept_of_entities_is_in_their_rows_afterwards()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await PostgresSchema.MigrateAsync(database, [Migration.Of("Postgres")[0]], NullLogger.Instance);
        _ = await ExecuteAsync(database, OfTheFirstSchema("streamsupervisor."));

        (await PostgresSchema.MigrateAsync(database, NullLogger.Instance)).ShouldBe(["002 entity_row"]);
        await using var member = await PostgresMember.JoinAsync(database);
        var owner = (await member.UsurpAsync())[0];
        await ShouldHoldWhatTheFirstSchemaHeldAsync(member.Store, owner);
    }

    /// <summary>Three entities of shard 0: one on air, one that waits for its deadline, one that a snapshot covers whole.</summary>
    internal static string OfTheFirstSchema(string schema)
    {
        var (now, bytes) = schema.Length == 0 ? ("0", "x'00'") : ("now()", "'\\x00'");
        return
            $"""
            INSERT INTO {schema}journal(shard, entity_id, sequence, epoch, kind, at, payload)
              VALUES(0, 'live', 1, 1, 'k', {now}, {bytes}), (0, 'live', 2, 1, 'k', {now}, {bytes}), (0, 'waits', 1, 1, 'k', {now}, {bytes});
            INSERT INTO {schema}snapshot(shard, entity_id, sequence, epoch, state) VALUES(0, 'live', 1, 1, {bytes}), (0, 'old', 64, 1, {bytes});
            INSERT INTO {schema}wakeup(shard, entity_id, at) VALUES(0, 'waits', 630822816000000000);
            INSERT INTO {schema}entity(entity_id, shard, status, place, resident, summary)
              VALUES('live', 0, 'live', 'srs-1', {(schema.Length == 0 ? "1" : "true")}, {bytes}), ('old', 0, 'idle', '', {(schema.Length == 0 ? "0" : "false")}, {bytes});
            """;
    }

    internal static async Task ShouldHoldWhatTheFirstSchemaHeldAsync(IJournal store, ShardEpoch owner)
    {
        var backlog = await store.LoadBacklogAsync(0, default);
        backlog.Residents.ShouldBe(["live"]);
        backlog.Wakeups.ShouldBe([new OpenWakeup("waits", new DateTimeOffset(630822816000000000, TimeSpan.Zero))]);
        (await store.ListAsync(new EntityQuery("", 10), default)).Select(row => (row.EntityId, row.Labels.Status, row.Labels.Place))
            .ShouldBe([("live", "live", "srs-1"), ("old", "idle", "")]);
        (await store.ListAsync(new EntityQuery("", 10, OnlyOpen: true), default)).ShouldHaveSingleItem().EntityId.ShouldBe("live");
        (await store.AppendAsync([RequestOf(owner, "live", 1, "x"), RequestOf(owner, "waits", 1, "x"), RequestOf(owner, "old", 64, "x"), RequestOf(owner, "new", 0, "x")], default))
            .ShouldBe([AppendOutcome.Conflict, AppendOutcome.Appended, AppendOutcome.Appended, AppendOutcome.Appended]);
        (await store.LoadAsync(0, "old", default)).LastSequence.ShouldBe(65);
    }

    [Fact]
    public void A_step_says_in_its_text_beside_which_programs_it_may_stand()
    {
        new Migration(7, "addition", "-- Adds a table.\n-- compatible-from: 5\nCREATE TABLE x()").CompatibleFrom.ShouldBe(5);
        new Migration(7, "change", "DROP TABLE x").CompatibleFrom.ShouldBe(7);
    }

    [PostgresFact]
    public async Task A_database_that_cannot_hold_every_name_stops_the_start()
    {
        var database = await postgres.NewDatabaseAsync("ENCODING 'LATIN1' TEMPLATE template0");
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(database, NullLogger.Instance))).Message.ShouldContain("UTF8");
    }

    [PostgresFact]
    public async Task A_missing_database_is_told_from_a_server_that_does_not_answer()
    {
        var missing = postgres.Server.ConnectionStringOf("nowhere");
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(missing, NullLogger.Instance))).Message.ShouldContain("CREATE DATABASE");
        _ = await Should.ThrowAsync<StoreUnavailableException>(() => PostgresSchema.MigrateAsync("Host=127.0.0.1;Port=1;Username=x;Database=x", NullLogger.Instance));
        _ = await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync("Server", NullLogger.Instance));
        _ = await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync("Database=x", NullLogger.Instance));
    }

    [PostgresFact]
    public async Task A_role_with_the_documented_rights_serves_and_cannot_change_the_schema()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await ExecuteAsync(database, "CREATE ROLE serving LOGIN");
        var serving = new NpgsqlConnectionStringBuilder(database) { Username = "serving" }.ConnectionString;
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.MigrateAsync(serving, NullLogger.Instance))).Message.ShouldContain("migrate command");

        _ = await PostgresSchema.MigrateAsync(database, NullLogger.Instance);
        (await Should.ThrowAsync<StoreOpenException>(() => PostgresSchema.GrantAsync(database, "nobody\"; DROP SCHEMA streamsupervisor"))).Message.ShouldContain("CREATE ROLE");
        await PostgresSchema.GrantAsync(database, "serving");
        await PostgresSchema.GrantAsync(database, "serving");

        await using var member = await PostgresMember.JoinAsync(serving);
        var owner = (await member.UsurpAsync())[0];
        await using var session = await member.Cluster.OpenSessionAsync(member.Id, default);
        (await member.Store.AppendAsync([RequestOf(owner, "a", 0, "1") with { Snapshot = Bytes("s"), WakeAt = DateTimeOffset.UnixEpoch }], default))
            .ShouldBe([AppendOutcome.Appended]);
        (await member.Store.ReacquireAsync(owner.Shard, owner.Epoch, default)).ShouldBe(2);
        (await member.Store.CompactAsync(owner with { Epoch = 2 }, TimeSpan.Zero, 10, default)).ShouldBe(0);
        (await member.Cluster.LookAsync(default)).ShouldHaveSingleItem().SessionHeld.ShouldBeTrue();
        foreach (var forbidden in (string[])["DROP TABLE streamsupervisor.journal", "CREATE TABLE streamsupervisor.x()", "DELETE FROM streamsupervisor.migration"])
        {
            (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(serving, forbidden))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
    }

    [PostgresFact]
    public async Task A_server_that_may_forget_commits_is_warned_about_at_the_start()
    {
        var database = await postgres.NewDatabaseAsync();
        var log = new CollectingLogger();
        _ = await PostgresSchema.MigrateAsync(database, log);
        log.Warnings.ShouldBeEmpty();
        _ = await PostgresSchema.MigrateAsync(database + ";Options=-c synchronous_commit=off", log);
        log.Warnings.ShouldHaveSingleItem().ShouldContain("synchronous_commit = off");
    }

    private sealed class CollectingLogger : ILogger
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Warnings.Add(formatter(state, exception));
            }
        }
    }
}
