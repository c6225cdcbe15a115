using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// The SRS servers that the hooks say they come from: simulated ones whose API the product may ask. The first has one encoder on air, which
/// is the publisher that the hot workload is about. They send no hooks themselves.
/// </summary>
internal sealed class SrsStub : IAsyncDisposable
{
    private readonly SimulatedFleet _fleet;
    private readonly List<SimulatedConnection> _many = [];

    private SrsStub(SimulatedFleet fleet, IReadOnlyList<Server> servers, string publisher) => (_fleet, Servers, Publisher) = (fleet, servers, publisher);

    /// <summary>One of them, as the product knows it.</summary>
    internal sealed record Server(string ServerId, string ServiceId, string Address);

    public IReadOnlyList<Server> Servers { get; }

    /// <summary>The client that publishes <see cref="HookLoad.HotStream"/>.</summary>
    public string Publisher { get; }

    public static async Task<SrsStub> StartAsync(int count = 1)
    {
        var fleet = await SimulatedFleet.StartAsync(
            Enumerable.Range(1, count).Select(number => new SimulatedSrsOptions { ServerId = $"srs-{number}", Hooks = [] }));
        await fleet.StartEncoderAsync(new EncoderOptions { Name = "publisher", Key = new SimulatedStreamKey("live", HookLoad.HotStream) });
        EncoderReport encoder;
        do
        {
            await Task.Delay(20);
            encoder = (await fleet.ReportAsync())[0];
        }
        while (!encoder.IsOnAir);

        var servers = await Task.WhenAll(fleet.Servers.Select((server, index) => server.RunAsync(core =>
            new Server($"srs-{index + 1}", core.ServiceId, server.ApiAddress))));
        return new SrsStub(fleet, servers, encoder.ClientId);
    }

    /// <summary>Puts many more on air, which send media in <see cref="SendMediaAsync"/>.</summary>
    /// <param name="server">The index of their server.</param>
    /// <returns>Their client ids.</returns>
    public async Task<string[]> PublishAsync(int server, string[] streams)
    {
        var connections = await _fleet.Servers[server].RunAsync(async core =>
        {
            var opened = streams.Select(_ => core.Connect("203.0.113.10")!).ToArray();
            await Task.WhenAll(opened.Zip(streams, (connection, stream) =>
                connection.PublishAsync(SimulatedStreamKey.DefaultVhost, "live", stream, "")));
            return opened;
        });
        _many.AddRange(connections);
        return [.. connections.Select(connection => connection.ClientId)];
    }

    /// <summary>Each of the many sends a moment of media.</summary>
    public Task SendMediaAsync() => _fleet.Servers[0].RunAsync(_ => _many.ForEach(connection => connection.SendMedia()));

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();
}
