using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>What happens when a store is opened.</summary>
[Collection(StoreFixture.Name)]
public sealed class SchemaTests(StoreFixture stores)
{
    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_store_is_made_once_and_opened_again(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        (await MigrateAsync(location)).ShouldNotBeEmpty();
        (await MigrateAsync(location)).ShouldBeEmpty();
        await using (await OpenAsync(location))
        {
        }

        await using var again = await OpenAsync(location);
        (await new EventFeed(again, TimeProvider.System).NewestAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Several_members_may_make_the_schema_at_the_same_moment()
    {
        if (TestKit.Storage.PostgresBinaries.WhySkipped is not null)
        {
            return;
        }

        var location = await stores.NewAsync(postgres: true);
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => MigrateAsync(location)));
        made.Count(steps => steps.Count > 0).ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task The_database_of_a_version_before_Akka_is_refused_and_left_as_it_is(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        if (location is StoreLocation.Sqlite sqlite)
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(sqlite.Path)!);
        }

        _ = await StoreFixture.ExecuteAsync(
            location,
            postgres
                ? """
                  CREATE SCHEMA streamsupervisor; CREATE TABLE streamsupervisor.shard(shard int);
                  CREATE TABLE streamsupervisor.outbox(shard int); CREATE TABLE streamsupervisor.journal(shard int)
                  """
                : """
                  CREATE TABLE shard(shard INTEGER); CREATE TABLE outbox(shard INTEGER); CREATE TABLE journal(shard INTEGER);
                  PRAGMA application_id = 1397978480
                  """);

        var refused = await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(location));

        refused.Message.ShouldContain("before Akka.NET");
        refused.Message.ShouldContain(postgres ? "storage.postgres.connection-string" : "storage.sqlite.path");
        var tables = postgres
            ? "SELECT count(*) FROM pg_tables WHERE schemaname = 'streamsupervisor'"
            : "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
        (await StoreFixture.ExecuteAsync(location, tables)).ShouldBe(3L);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_database_of_a_newer_version_is_refused(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        _ = await MigrateAsync(location);
        var table = (postgres ? "streamsupervisor." : "") + "schema_step";
        _ = await StoreFixture.ExecuteAsync(
            location,
            postgres
                ? $"INSERT INTO {table}(number, name, checksum, compatible_from) VALUES(900, 'later', '', 900)"
                : $"INSERT INTO {table}(number, name, checksum, compatible_from, applied_at) VALUES(900, 'later', '', 900, '')");
        (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(location))).Message.ShouldContain("newer version");

        _ = await StoreFixture.ExecuteAsync(location, $"UPDATE {table} SET compatible_from = 1 WHERE number = 900");
        await using var opened = await OpenAsync(location);
    }

    [Fact]
    public async Task A_file_belongs_to_one_process_and_to_one_user()
    {
        var location = await stores.NewAsync(postgres: false);
        var path = ((StoreLocation.Sqlite)location).Path;
        await using (await OpenAsync(location))
        {
            (await Should.ThrowAsync<StoreOpenException>(() => OpenAsync(location))).Message.ShouldContain("is in use by another process");
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.GetUnixFileMode(Path.GetDirectoryName(path)!)
                    .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            (await StoreFixture.ExecuteAsync(location, "PRAGMA journal_mode")).ShouldBe("wal");
        }

        await using var next = await OpenAsync(location);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_shared_value_is_the_one_that_was_offered_first(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var settings = new StoredSettings(store);
        (await settings.GetOrAddAsync("key", [1, 2])).ShouldBe([1, 2]);
        (await settings.GetOrAddAsync("key", [3])).ShouldBe([1, 2]);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task The_key_of_registrations_is_made_once_and_is_the_same_after_every_start(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        var keys = new List<byte[]>();
        for (var start = 0; start < 2; start++)
        {
            await using var store = await OpenAsync(location);
            keys.Add(await RegistrationKey.ReadAsync(store, CancellationToken.None));
        }

        keys[0].Length.ShouldBe(32);
        keys[0].ShouldBe(keys[1]);
        await using var another = await OpenAsync(await stores.NewAsync(postgres));
        (await RegistrationKey.ReadAsync(another, CancellationToken.None)).ShouldNotBe(keys[0]);
    }

    private static Task<JournalStore> OpenAsync(StoreLocation location) =>
        JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);

    private static Task<IReadOnlyList<string>> MigrateAsync(StoreLocation location) => location switch
    {
        StoreLocation.Postgres postgres => PostgresMigrations.MigrateAsync(postgres.ConnectionString, NullLogger.Instance),
        StoreLocation.Sqlite sqlite => SqliteMigrations.MigrateAsync(sqlite.Path, TimeProvider.System),
        _ => throw new ArgumentException("No such store.", nameof(location)),
    };
}
