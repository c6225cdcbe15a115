using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.IntegrationTests.Cluster;

/// <summary>What an operator orders from the command line, with two whole programs on one real database.</summary>
[Collection(PostgresFixture.Name)]
public sealed class ClusterOrdersTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task A_member_that_is_drained_hands_everything_over_and_its_program_ends()
    {
        var database = await postgres.NewDatabaseAsync();
        var (one, two) = (OptionsOf("one", database), OptionsOf("two", database));
        await using var first = await SupervisorHost.BuildAsync(one, logging => logging.ClearProviders());
        await first.StartAsync(CancellationToken.None);
        await using (var second = await SupervisorHost.BuildAsync(two, logging => logging.ClearProviders()))
        {
            var ended = second.RunAsync(CancellationToken.None);
            await Eventually.HoldsAsync("both own their half", async () => (await ShardsAsync(one)).SequenceEqual([128, 128]));

            var (exitCode, output, error) = await RunAsync(one, "drain", "two");
            exitCode.ShouldBe(0, error);
            output.ShouldStartWith($"Leaving {two.Cluster.Advertise}");
            await ended.WaitAsync(Eventually.Patience);
        }

        await Eventually.HoldsAsync("the other owns all", async () => (await ShardsAsync(one)).SequenceEqual([256]));
        (await RunAsync(one, "drain")).Error.ShouldContain("the last member");
    }

    /// <summary>How many shards each member owns, as one of them says.</summary>
    private static async Task<List<int>> ShardsAsync(SupervisorOptions asked)
    {
        var (exitCode, output, _) = await RunAsync(asked, "members", "--json");
        return exitCode != 0 ? [] :
            [.. JsonDocument.Parse(output).RootElement.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("shards").GetInt32())];
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(SupervisorOptions asked, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandTree.RunAsync(["cluster", .. arguments, "--server", asked.Management.Listen[0]], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static SupervisorOptions OptionsOf(string name, string database)
    {
        var peers = FreePort.Address();
        return new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Provider = "postgres", Postgres = new PostgresOptions { ConnectionString = database } },
            Cluster = new ClusterOptions { Enabled = true, Name = name, Advertise = peers, Listen = { peers }, Secret = "0123456789abcdef0123456789abcdef" },
        };
    }
}
