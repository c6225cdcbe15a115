using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>What can be wrong with a file, and what a crash leaves of it.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private const string Key = "live/cam1";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");

    private string Database => Path.Combine(_folder.FullName, "supervisor.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_of_another_kind_stops_the_start_and_stays_as_it_was()
    {
        await File.WriteAllTextAsync(Database, string.Concat(Enumerable.Repeat("no database\n", 1000)));
        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(Database))).Message.ShouldContain("not a sound SQLite database");
        (await File.ReadAllTextAsync(Database)).ShouldStartWith("no database");
    }

    [Fact]
    public async Task Nobody_else_reads_or_holds_the_files_that_keep_a_second_process_away()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await File.WriteAllTextAsync(Database + ".lock", "");
        File.SetUnixFileMode(Database + ".lock", (UnixFileMode)0b110_100_100);
        await using var store = await OpenAsync(Database);
        File.GetUnixFileMode(Database + ".lock").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Database + ".pid").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_database_of_another_program_stops_the_start()
    {
        _ = await StoreFixture.ExecuteAsync(new StoreLocation.Sqlite(Database), "CREATE TABLE theirs(x)");
        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(Database))).Message.ShouldContain("another program");
    }

    [Fact]
    public async Task A_schema_that_was_built_from_something_else_stops_the_start()
    {
        await (await OpenAsync(Database)).DisposeAsync();
        _ = await StoreFixture.ExecuteAsync(new StoreLocation.Sqlite(Database), "UPDATE schema_step SET checksum = 'other'");
        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(Database))).Message.ShouldContain("different schema step 1");
    }

    [Fact]
    public async Task What_was_acknowledged_is_in_the_files_at_that_moment()
    {
        await using var store = await OpenAsync(Database);
        await using var member = JournalMember.Start(store.Location);
        for (var row = 1; row <= 10; row++)
        {
            (await member.WriteAsync(Key, Happened.Confirmed(row))).ShouldBe(row);

            // What a machine that lost its power now would find: the files, and nothing from memory.
            await using var after = await OpenAsync(Crash($"crash-{row}"));
            (await NewestAsync(after)).ShouldBe(row * EventSequence.First);
        }
    }

    [Fact]
    public async Task A_torn_end_of_the_log_takes_back_the_last_row_as_a_whole_and_nothing_before_it()
    {
        await using var store = await OpenAsync(Database);
        await using var member = JournalMember.Start(store.Location);
        _ = await member.WriteAsync(Key, Happened.Confirmed(1), Happened.Confirmed(2));
        _ = await member.WriteAsync(Key, Happened.Confirmed(3), Happened.Confirmed(4));
        var torn = Crash("torn");
        await using (var log = File.OpenWrite(torn + "-wal"))
        {
            log.SetLength(log.Length - 100);
        }

        await using var after = await OpenAsync(torn);
        (await NewestAsync(after)).ShouldBe(EventSequence.First + 1);
    }

    private static Task<JournalStore> OpenAsync(string path) =>
        JournalStore.OpenAsync(new StoreLocation.Sqlite(path), TimeProvider.System, NullLogger.Instance);

    private static async Task<long> NewestAsync(JournalStore store) =>
        (await new Timeline(store).ReadBackwardsAsync(Key, long.MaxValue, 1)) is [{ Sequence: var newest }] ? newest : 0;

    /// <summary>Copies the files as they are.</summary>
    /// <returns>The copy of the database.</returns>
    private string Crash(string into)
    {
        var folder = _folder.CreateSubdirectory(into).FullName;
        foreach (var name in (string[])["supervisor.db", "supervisor.db-wal"])
        {
            using var from = new FileStream(Path.Combine(_folder.FullName, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = File.Create(Path.Combine(folder, name));
            from.CopyTo(to);
        }

        return Path.Combine(folder, "supervisor.db");
    }
}
