using System.Text.Json;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Storage;
using static StreamSupervisor.IntegrationTests.Storage.PostgresFixture;

namespace StreamSupervisor.IntegrationTests.Commands;

[Collection(PostgresFixture.Name)]
public sealed class MigrateCommandTests(PostgresFixture postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");

    private string File => Path.Combine(_folder.FullName, "new", "test.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_is_made_and_brought_up_to_date_once()
    {
        var (exitCode, output, error) = await RunAsync("--set", $"storage.sqlite.path={File}");
        exitCode.ShouldBe(0, error);
        output.ShouldBe($"{File}: applied 2 steps: 001 journal, 002 webhooks.{Environment.NewLine}");
        (await RunAsync("--set", $"storage.sqlite.path={File}")).Output.ShouldContain("nothing to apply");
        JsonDocument.Parse((await RunAsync("--set", $"storage.sqlite.path={File}", "--json")).Output).RootElement.GetProperty("applied").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_role_is_of_no_use_to_a_file_and_a_file_of_another_kind_is_no_database()
    {
        var (exitCode, _, error) = await RunAsync("--set", $"storage.sqlite.path={File}", "--grant", "serving");
        exitCode.ShouldBe(ExitCodes.Usage);
        error.ShouldContain("for PostgreSQL");

        var other = Path.Combine(_folder.FullName, "other.db");
        await System.IO.File.WriteAllTextAsync(other, string.Concat(Enumerable.Repeat("no database\n", 1000)));
        (exitCode, _, error) = await RunAsync("--set", $"storage.sqlite.path={other}");
        exitCode.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("Restore it from a backup");
    }

    [PostgresFact]
    public async Task The_owner_migrates_for_a_role_that_may_only_serve()
    {
        var database = await postgres.NewDatabaseAsync();
        string[] settings =
        [
            "--set", "storage.provider=postgres", "--set", "storage.postgres.connection-string=Host=127.0.0.1;Port=1;Username=nobody;Database=none",
            "--set", "cluster.enabled=true", "--set", "cluster.advertise=http://127.0.0.1:8560", "--set", "cluster.secret=0123456789abcdef0123456789abcdef",
        ];
        (await RunAsync([.. settings])).Error.ShouldContain("did not answer");

        (await RunAsync([.. settings, "--connection-string", database, "--grant", "no_such_role"])).Error.ShouldContain("CREATE ROLE");
        _ = await ExecuteAsync(database, "CREATE ROLE \"Serves, only\" LOGIN");
        var (exitCode, output, error) = await RunAsync([.. settings, "--connection-string", database, "--grant", "Serves, only"]);
        exitCode.ShouldBe(0, error);
        output.ShouldBe($"PostgreSQL: nothing to apply, the schema is that of this version.{Environment.NewLine}Serves, only may serve.{Environment.NewLine}");
        (await ExecuteAsync(database, "SELECT has_table_privilege('Serves, only', 'streamsupervisor.event_journal', 'INSERT')")).ShouldBe(true);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandTree.RunAsync(["migrate", .. arguments], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
