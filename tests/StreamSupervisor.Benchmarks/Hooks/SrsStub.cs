using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// The SRS server that the hooks say they come from: a simulated one whose API the product may ask, with one encoder on air, which is the
/// publisher that the hot workload is about. It sends no hooks itself.
/// </summary>
internal sealed class SrsStub : IAsyncDisposable
{
    private readonly SimulatedFleet _fleet;
    private readonly List<SimulatedConnection> _many = [];

    private SrsStub(SimulatedFleet fleet, string serviceId, string publisher) => (_fleet, ServiceId, Publisher) = (fleet, serviceId, publisher);

    public string ServerId => "srs-1";
    public string ServiceId { get; }
    public string Address => _fleet.Servers[0].ApiAddress;

    /// <summary>The client that publishes <see cref="HookLoad.HotStream"/>.</summary>
    public string Publisher { get; }

    public static async Task<SrsStub> StartAsync()
    {
        var fleet = await SimulatedFleet.StartAsync([new SimulatedSrsOptions { ServerId = "srs-1", Hooks = [] }]);
        await fleet.StartEncoderAsync(new EncoderOptions { Name = "publisher", Key = new SimulatedStreamKey("live", HookLoad.HotStream) });
        EncoderReport encoder;
        do
        {
            await Task.Delay(20);
            encoder = (await fleet.ReportAsync())[0];
        }
        while (!encoder.IsOnAir);

        return new SrsStub(fleet, await fleet.Servers[0].RunAsync(core => core.ServiceId), encoder.ClientId);
    }

    /// <summary>Puts many more on air, which send media in <see cref="SendMediaAsync"/>.</summary>
    /// <returns>Their client ids.</returns>
    public async Task<string[]> PublishAsync(string[] streams)
    {
        var connections = await _fleet.Servers[0].RunAsync(async core =>
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
