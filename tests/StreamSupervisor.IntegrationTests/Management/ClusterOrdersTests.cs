using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>What an operator orders from the command line, with two whole programs on one real database.</summary>
[Collection(PostgresFixture.Name)]
public sealed class ClusterOrdersTests(PostgresFixture postgres)
{
    private const int Keys = 40;

    [PostgresFact]
    public async Task A_member_that_is_drained_hands_everything_over_and_its_program_ends()
    {
        var database = await postgres.NewDatabaseAsync();
        var (one, two) = (OptionsOf("one", database), OptionsOf("two", database));
        await using var first = await SupervisorServer.BuildAsync(one, logging => logging.ClearProviders());
        await first.StartAsync(CancellationToken.None);
        await using (var second = await SupervisorServer.BuildAsync(two, logging => logging.ClearProviders()))
        {
            var ended = second.RunAsync(CancellationToken.None);
            await Eventually.HoldsAsync("both take part", async () => (await MembersAsync(one)).Count(member => member.Status == "Up") == 2);
            await Eventually.HoldsAsync("both have shards", async () => await AskForKeysAsync(one) && (await MembersAsync(one)).All(member => member.Shards > 0));

            var (exitCode, output, error) = await RunAsync(one, "drain", "two");
            exitCode.ShouldBe(0, error);
            output.ShouldStartWith($"Leaving akka.tls://streamsupervisor@{new Uri(two.Cluster.Advertise).Authority}");
            await ended.WaitAsync(Eventually.Patience);
            second.ExitCode.ShouldBe(0);
        }

        await Eventually.HoldsAsync("the other is alone", async () => (await MembersAsync(one)) is [{ Name: "one" }]);
        await Eventually.HoldsAsync("the other answers for every key", () => AskForKeysAsync(one));
        (await RunAsync(one, "members")).Output.ShouldContain("left");
        (await RunAsync(one, "drain")).Error.ShouldContain("the last member");
    }

    /// <summary>The members, as one of them says.</summary>
    private static async Task<List<(string Name, string Status, int Shards)>> MembersAsync(SupervisorOptions asked)
    {
        var (exitCode, output, _) = await RunAsync(asked, "members", "--json");
        return exitCode != 0 ? [] :
        [
            .. JsonDocument.Parse(output).RootElement.GetProperty("members").EnumerateArray().Select(member =>
                (member.GetProperty("name").GetString()!, member.GetProperty("status").GetString()!, member.GetProperty("shards").GetInt32())),
        ];
    }

    /// <summary>Asks for the state of some keys, so that their shards are in memory.</summary>
    /// <returns>Whether all were answered.</returns>
    private static async Task<bool> AskForKeysAsync(SupervisorOptions asked)
    {
        using var api = new SupervisorApiClient(new Uri(asked.Http.Listen[0]), apiKey: null);
        var answers = await Task.WhenAll(Enumerable.Range(0, Keys).Select(number =>
            api.GetStreamAsync(StreamKey.Parse($"live/cam{number}"), CancellationToken.None)));
        return answers.All(answer => answer.Problem?.Reason == "stream-unknown");
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
