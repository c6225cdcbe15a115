using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>A start that can't go well ends at once, with an exit code and one sentence that says what to do.</summary>
public sealed class StartRefusedTests
{
    [Fact]
    public async Task A_database_that_is_none()
    {
        using var folder = new ServeFolder();
        await File.WriteAllTextAsync(folder.Database, string.Concat(Enumerable.Repeat("no database\n", 1000)));
        (await RefusalAsync(folder)).ShouldContain("Restore it from a backup, or move it away");
    }

    [Fact]
    public async Task A_database_that_is_broken_in_the_middle()
    {
        using var folder = new ServeFolder();
        await CreateAsync(folder);
        await using (var file = File.OpenWrite(folder.Database))
        {
            file.Position = file.Length / 2;
            await file.WriteAsync(Enumerable.Repeat((byte)0xee, (int)(file.Length / 4)).ToArray());
        }

        (await RefusalAsync(folder)).ShouldContain("Restore it from a backup, or move it away");
    }

    [Fact]
    public async Task A_database_of_a_newer_version()
    {
        using var folder = new ServeFolder();
        await CreateAsync(folder);
        using (var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_step VALUES(99, 'future', 'x', 99, 'later')";
            command.ExecuteNonQuery().ShouldBe(1);
        }

        (await RefusalAsync(folder)).ShouldContain("Start the newer version, or restore the backup");
    }

    [Fact]
    public async Task A_database_that_another_process_has_open_and_a_port_that_is_taken()
    {
        using var folder = new ServeFolder();
        await using var first = await SupervisorProcess.ServeAsync(folder);
        var inUse = await RefusalAsync(folder);
        inUse.ShouldContain("is in use by another process (pid ");
        inUse.ShouldContain("Stop that one");

        using var other = new ServeFolder();
        var taken = await RefusalAsync(other, "--set", $"http.listen.0={folder.Address}");
        taken.ShouldContain(new Uri(folder.Address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        taken.ShouldContain("stop it, or change http.listen or management.listen");
    }

    [Fact]
    public async Task An_address_that_is_not_of_this_machine()
    {
        using var folder = new ServeFolder();
        // 192.0.2.0/24 is for documentation: no machine has it.
        (await RefusalAsync(folder, "--set", "http.listen.0=http://192.0.2.1:8085")).ShouldContain("An address cannot be listened on");
    }

    [Fact]
    public async Task A_port_for_other_members_where_another_program_listens()
    {
        using var folder = new ServeFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://{other.LocalEndpoint}";
        var sentence = await RefusalAsync(folder,
            "--set", "storage.provider=postgres", "--set", "storage.postgres.connection-string=Host=127.0.0.1;Port=1",
            "--set", "cluster.enabled=true", "--set", $"cluster.advertise={taken}", "--set", $"cluster.listen.0={taken}",
            "--set", "cluster.secret=of-the-start-tests-0123456789");
        sentence.ShouldContain($"another program listens on cluster.listen ({taken})");
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written()
    {
        using var folder = new ServeFolder();
        await File.WriteAllTextAsync(folder.Database, "");
        (await RefusalAsync(folder, "--set", $"storage.sqlite.path={folder.Database}/below-a-file.db")).ShouldContain("storage.sqlite.path");
    }

    [Fact]
    public async Task Settings_with_a_mistake()
    {
        using var folder = new ServeFolder(more: "admision.hold = 2s");
        (await RefusalAsync(folder, exitCode: 2)).ShouldContain("admission");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_that_comes_before_the_start_is_over_is_no_fault(bool decided)
    {
        using var folder = new ServeFolder();
        var options = new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = folder.Database } },
        };
        await using var server = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders());
        if (decided)
        {
            server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }

        await server.RunAsync(new CancellationToken(!decided)).WaitAsync(Eventually.Patience);
        server.ExitCode.ShouldBe(ExitCodes.Ok);
    }

    private static Task CreateAsync(ServeFolder folder) => SqliteMigrations.MigrateAsync(folder.Database, TimeProvider.System);

    private static Task<string> RefusalAsync(ServeFolder folder, params string[] more) => RefusalAsync(folder, ExitCodes.Failed, more);

    private static async Task<string> RefusalAsync(ServeFolder folder, int exitCode, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        (await CommandTree.RunAsync(["serve", "--config", folder.Config, .. more], output, error).WaitAsync(Eventually.Patience)).ShouldBe(exitCode, error.ToString());
        var sentence = error.ToString().Trim();
        sentence.ShouldNotBeEmpty();
        sentence.ShouldNotContain("   at ", Case.Sensitive, "a stack trace is for a fault of ours");
        return sentence;
    }
}
