using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>A log that lies beside a file for which it was not written.</summary>
public sealed class SqliteReplacedTests : IDisposable
{
    private const string Key = "live/cam1";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");

    private string Database => Path.Combine(_folder.FullName, "supervisor.db");
    private string Backup => Path.Combine(_folder.FullName, "backup.db");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>What the mend is for. Where SQLite comes to know its logs, it can go.</summary>
    [Fact]
    public async Task SQLite_itself_takes_the_log_of_a_later_state_and_the_older_copy_is_broken()
    {
        await CrashAndRestoreAsync();

        (await IntegrityAsync()).ShouldNotBe("ok");
    }

    [Fact]
    public async Task A_log_that_another_file_has_left_is_put_aside_and_the_copy_is_what_it_was()
    {
        await CrashAndRestoreAsync();

        await using (var store = await OpenAsync(Database))
        {
            (await new Timeline(store).ReadBackwardsAsync(Key, long.MaxValue, 1)).Single().Sequence.ShouldBe(20 * EventSequence.First);
        }

        File.Exists(Database + "-wal.replaced").ShouldBeTrue();
        (await IntegrityAsync()).ShouldBe("ok");
    }

    [Fact]
    public async Task A_command_that_only_brings_the_schema_up_to_date_leaves_both_as_they_are()
    {
        await CrashAndRestoreAsync();
        var log = await File.ReadAllBytesAsync(Database + "-wal");

        (await Should.ThrowAsync<StoreOpenException>(() => SqliteMigrations.MigrateAsync(Database, TimeProvider.System)))
            .Message.ShouldContain("-wal was left by another file");

        (await File.ReadAllBytesAsync(Database)).ShouldBe(await File.ReadAllBytesAsync(Backup));
        (await File.ReadAllBytesAsync(Database + "-wal")).ShouldBe(log);
    }

    [Fact]
    public async Task A_file_in_which_it_could_not_be_gone_on_stays_shut_until_that_has_succeeded()
    {
        await using (var other = await OpenAsync(Backup))
        {
            await NoteAsync(other, "the new one");
        }

        await using var store = (SqliteStore)await OpenAsync(Database);
        await NoteAsync(store, "the old one");
        Task<object?> reading;
        await using (SqliteFile.Open(Database))
        {
            File.Move(Backup, Database, overwrite: true);
            (await Should.ThrowAsync<StoreOpenException>(() => store.ReopenAsync(new Hasty(), NullLogger.Instance, CancellationToken.None)))
                .Message.ShouldContain("is in use");
            store.HasMoved().ShouldBeTrue("the next look tries again");
            reading = NoteOfAsync(store);
        }

        await store.ReopenAsync(TimeProvider.System, NullLogger.Instance, CancellationToken.None);

        (await reading).ShouldBe("the new one");
        store.HasMoved().ShouldBeFalse();
        File.Exists(Database + "-wal.replaced").ShouldBeTrue();
        (await NoteOfAsync(store)).ShouldBe("the new one");
    }

    /// <summary>A backup of 20 rows, a life that goes on to 200 and some more, a crash, and the backup in place of the file; the log of
    /// the crash is left there.</summary>
    private async Task CrashAndRestoreAsync()
    {
        await WriteAsync(1, 20, () => Task.CompletedTask);
        File.Exists(Database + "-wal").ShouldBeFalse("it was closed");
        File.Copy(Database, Backup);
        var crash = _folder.CreateSubdirectory("crash").FullName;
        await WriteAsync(21, 200, async () =>
        {
            _ = await StoreFixture.ExecuteAsync(new StoreLocation.Sqlite(Database), "PRAGMA wal_checkpoint(TRUNCATE)");
        }, then: 3, atTheEnd: () =>
        {
            using var from = new FileStream(Database + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = File.Create(Path.Combine(crash, "wal"));
            from.CopyTo(to);
        });
        File.Copy(Backup, Database, overwrite: true);
        File.Copy(Path.Combine(crash, "wal"), Database + "-wal");
    }

    private async Task WriteAsync(int from, int to, Func<Task> afterwards, int then = 0, Action? atTheEnd = null)
    {
        await using var store = await OpenAsync(Database);
        await using var member = JournalMember.Start(store.Location);
        for (var row = from; row <= to; row++)
        {
            (await member.WriteAsync(Key, Happened.Confirmed(row))).ShouldBe(row);
        }

        await afterwards();
        for (var row = 1; row <= then; row++)
        {
            (await member.WriteAsync(Key, Happened.Confirmed(row))).ShouldBe(to + row);
        }

        atTheEnd?.Invoke();
    }

    private async Task<string?> IntegrityAsync()
    {
        try
        {
            return (string?)await StoreFixture.ExecuteAsync(new StoreLocation.Sqlite(Database), "PRAGMA integrity_check(1)");
        }
        catch (SqliteException e)
        {
            return e.Message;
        }
    }

    private static Task NoteAsync(JournalStore store, string note) => store.WriteAsync(
        "a note",
        async (transaction, stop) =>
        {
            await using var command = transaction.Command("INSERT INTO setting(name, value) VALUES('note', @note)",
                ("@note", System.Text.Encoding.UTF8.GetBytes(note)));
            return await command.ExecuteNonQueryAsync(stop);
        },
        CancellationToken.None);

    private static Task<object?> NoteOfAsync(JournalStore store) => store.ReadAsync<object?>(
        "a note",
        async (connection, stop) =>
        {
            await using var command = connection.Command("SELECT cast(value AS text) FROM setting WHERE name = 'note'");
            return await command.ExecuteScalarAsync(stop);
        },
        CancellationToken.None);

    private static Task<JournalStore> OpenAsync(string path) =>
        JournalStore.OpenAsync(new StoreLocation.Sqlite(path), TimeProvider.System, NullLogger.Instance);

    /// <summary>A minute passes whenever somebody looks at it.</summary>
    private sealed class Hasty : TimeProvider
    {
        private long _minutes;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Increment(ref _minutes) * TimeSpan.TicksPerMinute;
    }
}
