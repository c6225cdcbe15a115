using System.Net;
using System.Net.Sockets;
using StreamSupervisor.Configuration;
using StreamSupervisor.Hosting;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Http;

namespace StreamSupervisor.Demo;

/// <summary>
/// Plays the same encoders twice, without and with a supervisor. The servers are simulated; hooks, API calls, kicks and the store are the
/// real ones, over real HTTP on loopback.
/// </summary>
internal sealed class DemoStage(TimeProvider time) : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-demo-");
    private SimulatedFleet? _fleet;

    /// <param name="length">Of one act.</param>
    /// <param name="watch">Is shown every look at the encoders: the title of the act, what has passed of it, and how they fare.</param>
    public async Task<(DemoAct Without, DemoAct With)> PlayAsync(TimeSpan length, int seed, Action<string, TimeSpan, IReadOnlyList<EncoderReport>> watch,
        CancellationToken cancellation)
    {
        var fleet = _fleet = await SimulatedFleet.StartAsync(DemoCast.Servers, seed, cancellation);
        var without = await ActAsync("without the supervisor", length, watch, cancellation);
        await fleet.StartOverAsync();

        await using var supervisor = await SupervisorHost.BuildAsync(Options(fleet), logging => logging.ClearProviders(), cancellation);
        await supervisor.StartAsync(cancellation);
        var address = supervisor.Addresses.First();
        await fleet.SendHooksToAsync(server => new Uri($"{address}/hooks/v1/{TokenOf(DemoCast.Servers[fleet.Servers.IndexOf(server)].ServerId)}"));
        var with = await ActAsync("with the supervisor", length, watch, cancellation);
        await fleet.SendHooksToAsync(_ => null);
        await fleet.StartOverAsync();
        return (without, with);
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is { } fleet)
        {
            await fleet.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<DemoAct> ActAsync(string title, TimeSpan length, Action<string, TimeSpan, IReadOnlyList<EncoderReport>> watch, CancellationToken cancellation)
    {
        foreach (var (encoder, servers, _) in DemoCast.Encoders)
        {
            await _fleet!.StartEncoderAsync(encoder, servers);
        }

        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) is var passed && passed < length)
        {
            watch(title, passed, await _fleet!.ReportAsync());
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellation);
        }

        var reports = await _fleet!.ReportAsync();
        watch(title, length, reports);
        return new DemoAct(title, reports);
    }

    private SupervisorOptions Options(SimulatedFleet fleet) => new()
    {
        Http = new HttpOptions { Listen = { FreeAddress() } },
        Management = new ManagementOptions { Listen = { FreeAddress() } },
        Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(_folder.FullName, "demo.db") } },
        Origins = [.. DemoCast.Servers.Zip(fleet.Servers, (options, server) =>
            new OriginOptions { Name = options.ServerId, Api = server.ApiAddress, HookToken = TokenOf(options.ServerId) })],
    };

    private static string TokenOf(string server) => $"demo-{server}";

    private static string FreeAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://{socket.LocalEndPoint}";
    }
}
