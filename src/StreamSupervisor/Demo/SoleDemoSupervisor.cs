using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.Demo;

/// <summary>One supervisor inside the demo, on a file of its own.</summary>
internal sealed class SoleDemoSupervisor : IDemoSupervisors
{
    private readonly SupervisorServer _host;

    private SoleDemoSupervisor(SupervisorServer host, string address) => (_host, Address) = (host, address);

    public string Address { get; }

    public IReadOnlyList<string> Pages => [Address + DemoWords.Pages];

    public static async Task<IDemoSupervisors> StartAsync(List<OriginOptions> origins, DirectoryInfo folder, DemoWords words,
        CancellationToken cancellation)
    {
        var address = FreeAddress.Next().GetLeftPart(UriPartial.Authority);
        var host = await SupervisorServer.BuildAsync(new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { address } },
            Management = new ManagementOptions { Listen = { FreeAddress.Next().GetLeftPart(UriPartial.Authority) } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(folder.FullName, "demo.db") } },
            Dashboard = new DashboardOptions { Title = words.Title },
            Origins = origins,
        }, logging => logging.ClearProviders(), cancellation: cancellation);
        await host.StartAsync(cancellation);
        return new SoleDemoSupervisor(host, address);
    }

    public Task<IReadOnlyList<DemoIncident>> SufferAsync(TimeSpan length, Action<string> tell, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<DemoIncident>>([]);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
