using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Storage;
using StreamSupervisor.Storage.Sqlite;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>What can be wrong with a file, and what a crash leaves of it.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Delete();

    [Fact]
    public async Task The_folder_and_the_file_are_created()
    {
        await using var store = await OpenAsync("some/where/a.db");
        File.Exists(_folder["some/where/a.db"]).ShouldBeTrue();
        store.Epoch.ShouldBe(1);
        store.Shards.ShouldBe(256);
    }

    [Fact]
    public async Task Each_start_raises_the_epoch_above_any_that_was_written_under()
    {
        await using (var store = await OpenAsync())
        {
            (await store.ReacquireAsync(7, 1, default)).ShouldBe(2);
            (await store.ReacquireAsync(7, 2, default)).ShouldBe(3);
        }

        await using var again = await OpenAsync();
        again.Epoch.ShouldBe(4);
        (await again.VerifyAsync([new ShardEpoch(7, 4), new ShardEpoch(8, 4)], default)).ShouldBe([true, true]);
    }

    [Fact]
    public async Task A_second_process_is_kept_out_and_told_who_has_the_file()
    {
        await using (await OpenAsync())
        {
            var refused = await Should.ThrowAsync<StoreOpenException>(() => OpenAsync());
            refused.Message.ShouldContain("in use by another process");
            refused.Message.ShouldContain($"(pid {Environment.ProcessId})");
        }

        await using var again = await OpenAsync();
        again.Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_of_another_kind_stops_the_start_and_stays_as_it_was()
    {
        await File.WriteAllTextAsync(_folder["a.db"], string.Concat(Enumerable.Repeat("no database\n", 1000)));
        var refused = await Should.ThrowAsync<StoreOpenException>(() => OpenAsync());
        refused.Message.ShouldContain("not a sound SQLite database");
        (await File.ReadAllTextAsync(_folder["a.db"])).ShouldStartWith("no database");
    }

    [Fact]
    public async Task A_database_of_another_program_stops_the_start()
    {
        using (var other = SqliteConnection.Open(_folder["a.db"], readOnly: false))
        {
            other.Execute("CREATE TABLE theirs(x)");
        }

        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync())).Message.ShouldContain("another program");
    }

    [Fact]
    public async Task A_newer_schema_stops_the_start()
    {
        await Tampered("INSERT INTO migration VALUES(99, 'future', 'x', 'later')");
        var refused = await Should.ThrowAsync<StoreOpenException>(() => OpenAsync());
        refused.Message.ShouldContain("newer version");
        refused.Message.ShouldContain("number 99");
    }

    [Fact]
    public async Task A_schema_that_was_built_from_something_else_stops_the_start()
    {
        await Tampered("UPDATE migration SET checksum = 'other'");
        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync())).Message.ShouldContain("different schema step 1");
    }

    [Fact]
    public async Task The_number_of_shards_is_fixed_for_the_life_of_a_file()
    {
        await (await OpenAsync()).DisposeAsync();
        var refused = await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(shards: 64));
        refused.Message.ShouldContain("cut into 256 shards");
        await using var again = await OpenAsync();
    }

    [Fact]
    public async Task A_page_that_was_overwritten_stops_the_start()
    {
        await using (var store = await OpenAsync())
        {
            for (var i = 0; i < 50; i++)
            {
                _ = await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), $"e{i}", 0, new string('x', 3000))], default);
            }
        }

        await using (var file = File.OpenWrite(_folder["a.db"]))
        {
            file.Position = file.Length - 40_000;
            await file.WriteAsync(Enumerable.Repeat((byte)0xee, 20_000).ToArray());
        }

        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync())).Message.ShouldContain("not a sound SQLite database");
    }

    [Fact]
    public async Task Migrations_run_once()
    {
        for (var i = 0; i < 3; i++)
        {
            await (await OpenAsync()).DisposeAsync();
        }

        using var connection = SqliteConnection.Open(_folder["a.db"], readOnly: true);
        connection.Prepared("SELECT count(*) FROM migration").Number().ShouldBe(Migration.Of("Sqlite").Count);
    }

    [Fact]
    public async Task What_the_first_schema_kept_of_entities_is_in_their_rows_afterwards()
    {
        using (var connection = SqliteConnection.Open(_folder["a.db"], readOnly: false))
        {
            var first = Migration.Of("Sqlite")[0];
            connection.Execute(
                $"""
                CREATE TABLE migration(number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT;
                PRAGMA application_id = {0x53537570};
                {first.Sql}
                INSERT INTO migration VALUES(1, '{first.Name}', '{first.Checksum}', '');
                INSERT INTO meta VALUES('shards', '256');
                """);
            connection.Execute(PostgresSchemaTests.OfTheFirstSchema(""));
        }

        await using var store = await OpenAsync();
        await PostgresSchemaTests.ShouldHoldWhatTheFirstSchemaHeldAsync(store, new ShardEpoch(0, store.Epoch));
    }

    [Fact]
    public async Task What_was_acknowledged_is_in_the_files_at_that_moment()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            (await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), "a", i, $"{i}")], default)).ShouldBe([AppendOutcome.Appended]);

            // What a machine that lost its power now would find: the files, and nothing from memory.
            Crash($"crash-{i}");
            await using var after = await OpenAsync($"crash-{i}/a.db");
            (await after.LoadAsync(0, "a", default)).LastSequence.ShouldBe(i + 1);
            after.Epoch.ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_torn_end_of_the_log_takes_back_the_last_batch_as_a_whole_and_nothing_before_it()
    {
        await using var store = await OpenAsync();
        _ = await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), "a", 0, "1", "2")], default);
        _ = await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), "a", 2, "3", "4"), RequestOf(new ShardEpoch(0, 1), "b", 0, "1")], default);
        Crash("torn");
        await using (var log = File.OpenWrite(_folder["torn/a.db-wal"]))
        {
            log.SetLength(log.Length - 100);
        }

        await using var after = await OpenAsync("torn/a.db");
        (await after.LoadAsync(0, "a", default)).LastSequence.ShouldBe(2);
        (await after.LoadAsync(0, "b", default)).LastSequence.ShouldBe(0);
    }

    [Fact]
    public async Task A_missing_event_is_told_and_not_passed_over()
    {
        await using (var store = await OpenAsync())
        {
            _ = await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), "a", 0, "1", "2", "3")], default);
        }

        using (var connection = SqliteConnection.Open(_folder["a.db"], readOnly: false))
        {
            connection.Execute("DELETE FROM journal WHERE sequence = 2");
        }

        await using var again = await OpenAsync();
        (await Should.ThrowAsync<FormatException>(() => again.LoadAsync(0, "a", default))).Message.ShouldContain("event 3 behind 1");
    }

    [Fact]
    public async Task A_write_lock_that_does_not_come_is_unknown_and_the_next_append_works()
    {
        await using var store = await OpenAsync();
        using var intruder = SqliteConnection.Open(_folder["a.db"], readOnly: false);
        intruder.Execute("BEGIN IMMEDIATE");
        (await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), "a", 0, "1")], default)).ShouldBe([AppendOutcome.Unknown]);
        (await store.ReacquireAsync(0, 1, default)).ShouldBeNull();
        intruder.Execute("ROLLBACK");
        (await store.ReacquireAsync(0, 1, default)).ShouldBe(2);
        (await store.AppendAsync([RequestOf(new ShardEpoch(0, 2), "a", 0, "1")], default)).ShouldBe([AppendOutcome.Appended]);
    }

    [Fact]
    public async Task A_closed_store_knows_nothing_and_throws_only_for_reads()
    {
        var store = await OpenAsync();
        await store.DisposeAsync();
        (await store.AppendAsync([RequestOf(new ShardEpoch(0, 1), "a", 0, "1")], default)).ShouldBe([AppendOutcome.Unknown]);
        (await store.VerifyAsync([new ShardEpoch(0, 1)], default)).ShouldBe([false]);
        (await store.ReacquireAsync(0, 1, default)).ShouldBeNull();
        _ = await Should.ThrowAsync<StoreUnavailableException>(() => store.LoadAsync(0, "a", default));
    }

    private Task<SqliteStore> OpenAsync(string name = "a.db", int shards = 256) =>
        SqliteStore.OpenAsync(_folder[name], TimeProvider.System, NullLogger<SqliteStore>.Instance, shards);

    private async Task Tampered(string sql)
    {
        await (await OpenAsync()).DisposeAsync();
        using var connection = SqliteConnection.Open(_folder["a.db"], readOnly: false);
        connection.Execute(sql);
    }

    private void Crash(string into)
    {
        _ = Directory.CreateDirectory(_folder[into]);
        foreach (var name in (string[])["a.db", "a.db-wal"])
        {
            using var from = new FileStream(_folder[name], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = File.Create(_folder[$"{into}/{name}"]);
            from.CopyTo(to);
        }
    }
}
