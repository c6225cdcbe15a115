using System.Collections.Immutable;
using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Http;

/// <summary>
/// Several simulated servers with real HTTP and the encoders that dial them: what <c>demo</c> shows and a test of the whole program needs.
/// </summary>
public sealed class SimulatedFleet : IAsyncDisposable
{
    private readonly SerialContext context;
    private readonly List<(SimulatedEncoder Encoder, Task Run)> encoders = [];
    private CancellationTokenSource stopEncoders = new();

    private SimulatedFleet(SerialContext context, ImmutableArray<SimulatedSrsServer> servers)
    {
        this.context = context;
        Servers = servers;
    }

    /// <summary>The servers, in the order of their options.</summary>
    public ImmutableArray<SimulatedSrsServer> Servers { get; }

    /// <summary>Starts the servers, without hooks and without encoders.</summary>
    /// <param name="servers">One per server; their server ids must differ.</param>
    public static async Task<SimulatedFleet> StartAsync(IEnumerable<SimulatedSrsOptions> servers, int seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(servers);
        var shared = new SerialContext();
        var started = ImmutableArray.CreateBuilder<SimulatedSrsServer>();
        foreach (var options in servers)
        {
            var noHooks = new Dictionary<string, ImmutableArray<Uri>>(StringComparer.Ordinal);
            started.Add(await SimulatedSrsServer.StartAsync(options, noHooks, seed + started.Count, port: 0, shared, cancellation));
        }

        return new SimulatedFleet(shared, started.ToImmutable());
    }

    /// <summary>Sends every server's hooks to where the function says; null: no hooks.</summary>
    public async Task SendHooksToAsync(Func<SimulatedSrsServer, Uri?> url)
    {
        ArgumentNullException.ThrowIfNull(url);
        foreach (var server in Servers)
        {
            await server.SendHooksToAsync(url(server));
        }
    }

    /// <summary>Starts an encoder.</summary>
    /// <param name="servers">The indexes of the servers that it knows; it begins with the first. None: all.</param>
    public Task StartEncoderAsync(EncoderOptions options, params ReadOnlySpan<int> servers)
    {
        ImmutableArray<SimulatedSrs> known = servers.IsEmpty
            ? [.. Servers.Select(server => server.Core)]
            : [.. servers.ToArray().Select(index => Servers[index].Core)];
        return context.RunAsync(() =>
        {
            var encoder = new SimulatedEncoder(options, known, TimeProvider.System);
            encoders.Add((encoder, encoder.RunAsync(stopEncoders.Token)));
            return true;
        });
    }

    /// <summary>How the encoders have fared, in the order of their start.</summary>
    public Task<ImmutableArray<EncoderReport>> ReportAsync() =>
        context.RunAsync(() => encoders.Select(entry => entry.Encoder.Report).ToImmutableArray());

    /// <summary>Stops all encoders, forgets them, and starts all servers anew: a clean table for the next act.</summary>
    /// <returns>How they had fared.</returns>
    public async Task<ImmutableArray<EncoderReport>> StartOverAsync()
    {
        var reports = await ReportAsync();
        await StopEncodersAsync();
        foreach (var server in Servers)
        {
            await server.RunAsync(core => core.Restart());
        }

        return reports;
    }

    public async ValueTask DisposeAsync()
    {
        await StopEncodersAsync();
        stopEncoders.Dispose();
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }

    private Task StopEncodersAsync() => context.RunAsync(async () =>
    {
        using var stop = stopEncoders;
        stopEncoders = new CancellationTokenSource();
        await stop.CancelAsync();
        await Task.WhenAll(encoders.Select(entry => entry.Run));
        encoders.Clear();
        return true;
    });
}
