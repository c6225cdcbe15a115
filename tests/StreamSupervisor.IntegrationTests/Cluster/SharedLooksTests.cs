using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Cluster;

/// <summary>That the members of a real cluster are told of each other's looks: each part has its own tests, this one is of their joint.</summary>
[Collection(PostgresFixture.Name)]
public sealed class SharedLooksTests(PostgresFixture postgres)
{
    /// <summary>So many names for one server that each member has some of them to look at.</summary>
    private const int Nodes = 8;

    [PostgresFact]
    public async Task A_member_that_reaches_no_SRS_server_knows_from_the_other_what_is_there()
    {
        var database = await postgres.NewDatabaseAsync();
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        await using var seeing = await StartAsync("seeing", database, srs[0].ApiAddress);
        await using var blind = await StartAsync("blind", database, FreePort.Address());

        await Eventually.HoldsAsync("it has heard of a look", () => Task.FromResult(blind.Supervisor.Origins.All.Any(origin => origin.Snapshot().LastLookTook is not null)));

        foreach (var member in new[] { seeing, blind })
        {
            // A viewer that went over both members would look like a publisher that SRS refused.
            member.Supervisor.Desk.SeesEveryHook.ShouldBeFalse();
            member.Supervisor.Desk.ClosedUnknown.ShouldNotBeNull();
        }
    }

    private static async Task<SupervisorHost> StartAsync(string name, string database, string api)
    {
        var peers = FreePort.Address();
        var host = await SupervisorHost.BuildAsync(
            new SupervisorOptions
            {
                Http = new HttpOptions { Listen = { FreePort.Address() } },
                Management = new ManagementOptions { Listen = { FreePort.Address() } },
                Storage = new StorageOptions { Provider = "postgres", Postgres = new PostgresOptions { ConnectionString = database } },
                Cluster = new ClusterOptions { Enabled = true, Name = name, Advertise = peers, Listen = { peers }, Secret = "0123456789abcdef0123456789abcdef" },
                Origins = [.. Enumerable.Range(1, Nodes).Select(node => new OriginOptions { Name = $"node-{node}", Api = api, HookToken = $"token-of-node-{node}-0123456789" })],
            },
            logging => logging.ClearProviders());
        await host.StartAsync(CancellationToken.None);
        return host;
    }
}
