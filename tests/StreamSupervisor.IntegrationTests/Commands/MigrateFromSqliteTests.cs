using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Moving;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;
using static StreamSupervisor.IntegrationTests.Storage.PostgresFixture;

namespace StreamSupervisor.IntegrationTests.Commands;

/// <summary>A supervisor on a file that grows into a cluster: what it knew is known there, and its numbers go on.</summary>
[Collection(PostgresFixture.Name)]
public sealed class MigrateFromSqliteTests(PostgresFixture postgres) : IDisposable
{
    private static readonly string[] Keys = ["live/on-air", "live/gone", "live/locked", "live/handed-over"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("move-");

    private string Database => Path.Combine(_folder.FullName, "one.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [PostgresFact]
    public async Task The_same_is_answered_before_and_after_and_the_numbers_go_on()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V5);
        var target = await postgres.NewDatabaseAsync();
        var alone = OptionsOf(srs, new StorageOptions { Sqlite = new SqliteOptions { Path = Database } }, new ClusterOptions());
        List<Answer> before;
        await using (var one = await Served.StartAsync(alone, srs))
        {
            await PublishAsync(srs, Keys[0]);
            await (await PublishAsync(srs, Keys[1])).HangUpAsync();
            await one.OrderAsync(Keys[2], "lock");
            await PublishAsync(srs, Keys[3]);
            await PublishAsync(srs, Keys[3]);
            await one.StreamAsync(Keys[1], stream => stream.State == "interrupted");
            await one.StreamAsync(Keys[0], stream => stream.Session is { Confirmed: true });
            await one.StreamAsync(Keys[3], stream => stream is { Generation: 2, Session.Confirmed: true, Evictions.Count: 0 });
            before = await one.AnswersAsync();

            var (busy, _, refused) = await MigrateAsync(target);
            busy.ShouldBe(ExitCodes.Failed);
            refused.ShouldContain("in use by another process");
        }

        // As after a life of months: retention has taken the first rows of a key, and of the feed.
        var last = await SqliteAsync("DELETE FROM event_journal WHERE persistence_id LIKE '%handed-over' AND sequence_number < 3; "
            + "SELECT seq FROM sqlite_sequence WHERE name = 'event_journal'");
        var file = await File.ReadAllBytesAsync(Database);

        var (code, output, error) = await MigrateAsync(target);

        code.ShouldBe(ExitCodes.Ok, error);
        output.ShouldContain("counted again there");
        (await File.ReadAllBytesAsync(Database)).ShouldBe(file, "the file is as it was");
        foreach (var table in SharedTable.All)
        {
            Convert.ToInt64(await ExecuteAsync(target, $"SELECT count(*) FROM {table.Target}"), CultureInfo.InvariantCulture)
                .ShouldBe((long)(await SqliteAsync($"SELECT count(*) FROM {table.From}"))!, table.Name);
        }

        var peers = FreePort.Address();
        var cluster = new ClusterOptions
        {
            Enabled = true, Name = "one", Advertise = peers, Listen = { peers }, Secret = "0123456789abcdef0123456789abcdef",
        };
        var storage = new StorageOptions { Provider = "postgres", Postgres = new PostgresOptions { ConnectionString = target } };
        await using var member = await Served.StartAsync(OptionsOf(srs, storage, cluster), srs);
        var after = await member.AnswersAsync();
        foreach (var (was, known) in before.Zip(after))
        {
            known.State.ShouldBe(was.State);
            string[] kept = was.Key == Keys[3] ? [.. was.Timeline.Where(line => known.Timeline.Contains(line))] : [.. was.Timeline];
            known.Timeline.Take(kept.Length).ShouldBe(kept, was.Key);
            kept.Length.ShouldBeGreaterThan(was.Key == Keys[3] ? 2 : 0);
        }

        await PublishAsync(srs, Keys[0]);
        var next = await member.StreamAsync(Keys[0], stream => stream.Generation == 2);
        next.Generation.ShouldBe(2, "nothing has gone back in time");
        Convert.ToInt64(await ExecuteAsync(target, "SELECT max(ordering) FROM streamsupervisor.event_journal"), CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan((long)last!);
        (await ExecuteAsync(target, "SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'event_journal_gap'")).ShouldBe("O");

        // A second time would join two journals.
        (code, _, error) = await MigrateAsync(target);
        code.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("is in use by members (one)");
    }

    [PostgresFact]
    public async Task A_database_that_is_not_empty_a_file_of_another_version_and_a_role_that_may_not_are_refused()
    {
        var target = await postgres.NewDatabaseAsync();
        await using (var store = await JournalStore.OpenAsync(new StoreLocation.Sqlite(Database), TimeProvider.System, NullLogger.Instance))
        {
            await new StoredSettings(store).GetOrAddAsync("of-a-test", [1]);
        }

        (await MigrateAsync(target, "--from", "sqlite:" + Path.Combine(_folder.FullName, "none.db"))).Error.ShouldContain("There is no file");
        (await MigrateAsync(target, "--from", "mysql:x")).ExitCode.ShouldBe(ExitCodes.Usage);
        (await RunAsync("--set", $"storage.sqlite.path={Database}", "--from", $"sqlite:{Database}")).Error.ShouldContain("moves into PostgreSQL");

        _ = await ExecuteAsync(target, "CREATE ROLE moves_not LOGIN");
        await PostgresMigrations.GrantAsync(target, "moves_not");
        (await MigrateAsync(new Npgsql.NpgsqlConnectionStringBuilder(target) { Username = "moves_not" }.ConnectionString))
            .Error.ShouldContain("with the role that owns the schema");
        (await ExecuteAsync(target, "SELECT count(*) FROM streamsupervisor.setting")).ShouldBe(0L);

        using (var moved = JsonDocument.Parse((await MigrateAsync(target, "--json")).Output))
        {
            moved.RootElement.GetProperty("moved").GetProperty("setting").GetInt64().ShouldBe(1);
        }

        (await MigrateAsync(target)).Error.ShouldContain("is not empty (setting)");

        _ = await SqliteAsync("DELETE FROM schema_step WHERE number = 2; DROP TABLE notice; DROP TABLE webhook; SELECT 1");
        (await MigrateAsync(await postgres.NewDatabaseAsync())).Error.ShouldContain("is of an earlier version");
    }

    [PostgresFact]
    public async Task An_epoch_of_the_file_goes_with_it_so_that_generations_stay_above_it()
    {
        var target = await postgres.NewDatabaseAsync();
        await using (var store = await JournalStore.OpenAsync(new StoreLocation.Sqlite(Database), TimeProvider.System, NullLogger.Instance))
        {
            await new StoredSettings(store).GetOrAddAsync("history", "4711 of-the-file"u8.ToArray());
        }

        (await MigrateAsync(target)).ExitCode.ShouldBe(ExitCodes.Ok);

        var history = (string)(await ExecuteAsync(target, "SELECT convert_from(value, 'UTF8') FROM streamsupervisor.setting WHERE name = 'history'"))!;
        history.ShouldStartWith("4711 ");
        history.ShouldNotContain("of-the-file");
    }

    [PostgresFact]
    public async Task Every_table_and_column_of_the_file_is_moved()
    {
        var target = await postgres.NewDatabaseAsync();
        await SqliteMigrations.MigrateAsync(Database, TimeProvider.System);
        _ = await PostgresMigrations.MigrateAsync(target, NullLogger.Instance);
        var kept = (string)(await SqliteAsync(
            """
            SELECT group_concat(line, ' ') FROM (SELECT m.name || '(' || group_concat(c.name, ',') || ')' AS line
              FROM sqlite_schema m, pragma_table_info(m.name) c
              WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_step' GROUP BY m.name ORDER BY m.name)
            """))!;
        kept.ShouldBe(string.Join(' ', SharedTable.All.OrderBy(table => table.Name, StringComparer.Ordinal)
            .Select(table => $"{table.Name}({string.Join(',', table.Columns.Select(column => column.Name))})")));
        foreach (var table in SharedTable.All)
        {
            (await ExecuteAsync(target, $"SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '{table.Target}'::regclass AND attnum > 0"))
                .ShouldBe(string.Join(',', table.Columns.Select(column => column.Name)), table.Name);
        }
    }

    private static SupervisorOptions OptionsOf(SrsServers srs, StorageOptions storage, ClusterOptions cluster) => new()
    {
        Http = new HttpOptions { Listen = { FreePort.Address() } },
        Management = new ManagementOptions { Listen = { FreePort.Address() } },
        Admission = new AdmissionOptions { ReconnectWindow = TimeSpan.FromHours(1) },
        Storage = storage,
        Cluster = cluster,
        Origins = srs.Origins(),
    };

    private static async Task<EncoderEnd> PublishAsync(SrsServers srs, string key)
    {
        var encoder = await EncoderEnd.DialAsync(srs[0]);
        (await encoder.PublishAsync(key)).ShouldBe(PublishOutcome.Started, key);
        return encoder;
    }

    private async Task<object?> SqliteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var answer = await command.ExecuteScalarAsync();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        _ = await command.ExecuteNonQueryAsync();
        return answer;
    }

    private Task<(int ExitCode, string Output, string Error)> MigrateAsync(string target, params string[] more) => RunAsync(
        [
            "--set", "storage.provider=postgres", "--set", $"storage.postgres.connection-string={target}", "--set", "cluster.enabled=true",
            "--set", "cluster.advertise=http://127.0.0.1:8560", "--set", "cluster.secret=0123456789abcdef0123456789abcdef",
            .. more.Contains("--from") ? more : [.. more, "--from", $"sqlite:{Database}"],
        ]);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandTree.RunAsync(["migrate", .. arguments], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <summary>What is answered about a key.</summary>
    private sealed record Answer(string Key, object State, List<string> Timeline);

    /// <summary>The program in this process.</summary>
    private sealed class Served : IAsyncDisposable
    {
        private readonly SupervisorServer _program;
        private readonly SupervisorApiClient _api;

        private Served(SupervisorServer program, string address) => (_program, _api) = (program, new SupervisorApiClient(new Uri(address), null));

        public static async Task<Served> StartAsync(SupervisorOptions options, SrsServers srs)
        {
            var program = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders());
            await program.StartAsync(CancellationToken.None);
            using var http = new HttpClient();
            await Eventually.HoldsAsync("it is ready",
                async () => (await http.GetAsync(new Uri(options.Management.Listen[0] + "/ready"))).IsSuccessStatusCode);
            await srs.SendHooksToAsync(options.Http.Listen[0]);
            return new Served(program, options.Http.Listen[0]);
        }

        public async Task OrderAsync(string key, string verb) =>
            (await _api.OrderAsync(StreamKey.Parse(key), verb, new OrderBody("ann", "a test", null), CancellationToken.None)).Problem.ShouldBeNull();

        public Task<StreamView> StreamAsync(string key, Func<StreamView, bool> until) => Eventually.BringsAsync($"the state of {key}",
            async () => (await _api.GetStreamAsync(StreamKey.Parse(key), CancellationToken.None)).Value is { } stream && until(stream) ? stream : null);

        public async Task<List<Answer>> AnswersAsync()
        {
            var answers = new List<Answer>();
            foreach (var key in Keys)
            {
                var stream = (await _api.GetStreamAsync(StreamKey.Parse(key), CancellationToken.None)).Value.ShouldNotBeNull();
                var state = (stream.State, stream.Generation, stream.Session?.ClientId, stream.Session?.Since, stream.Locked, stream.Interrupted?.Until);
                answers.Add(new Answer(key, state,
                    [.. (await Platform.TimelineAsync(_api, key)).Select(entry => $"{entry.Sequence} {entry.At:O} {entry.Kind} {entry.Text}")]));
            }

            return answers;
        }

        public async ValueTask DisposeAsync()
        {
            _api.Dispose();
            await _program.DisposeAsync();
        }
    }
}
