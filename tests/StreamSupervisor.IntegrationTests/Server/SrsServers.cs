using System.Collections.Immutable;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>The simulated SRS servers of a test: real HTTP on loopback, one hook token each.</summary>
internal sealed class SrsServers : IAsyncDisposable
{
    private SrsServers(ImmutableArray<SimulatedSrsServer> all, ImmutableArray<string> names) => (All, Names) = (all, names);

    public ImmutableArray<SimulatedSrsServer> All { get; }
    public ImmutableArray<string> Names { get; }
    public SimulatedSrsServer this[int index] => All[index];

    /// <summary>One server of each model, named <c>srs-1</c>, <c>srs-2</c> and so on.</summary>
    public static Task<SrsServers> StartAsync(params ReadOnlySpan<SrsModel> models)
    {
        var options = ImmutableArray.CreateBuilder<SimulatedSrsOptions>();
        foreach (var model in models)
        {
            options.Add(new SimulatedSrsOptions { ServerId = $"srs-{options.Count + 1}", Model = model });
        }

        return StartAsync(options.ToImmutable());
    }

    public static async Task<SrsServers> StartAsync(ImmutableArray<SimulatedSrsOptions> options)
    {
        var started = ImmutableArray.CreateBuilder<SimulatedSrsServer>();
        foreach (var one in options)
        {
            started.Add(await SimulatedSrsServer.StartAsync(one, hookUrl: null, seed: started.Count + 1));
        }

        return new SrsServers(started.ToImmutable(), [.. options.Select(one => one.ServerId)]);
    }

    /// <summary>As the settings of a supervisor name them.</summary>
    public List<OriginOptions> Origins() =>
        [.. All.Zip(Names, (server, name) => new OriginOptions
        {
            Name = name, Api = server.ApiAddress, HookToken = TokenOf(name), CoworkersToken = AskingTokenOf(name), PlayAddress = PlayAddressOf(name),
        })];

    public static string TokenOf(string name) => $"token-of-{name}-0123456789";

    /// <summary>With which it asks where a stream is.</summary>
    public static string AskingTokenOf(string name) => $"asking-token-of-{name}-0123456789";

    /// <summary>Where players are sent to it; nothing listens there.</summary>
    public static string PlayAddressOf(string name) => $"{name}.example:1935";

    /// <summary>All servers are of one origin cluster from now on, and ask this supervisor.</summary>
    public async Task AskAsync(string address)
    {
        foreach (var (server, name) in All.Zip(Names))
        {
            await server.RunAsync(core => { core.Coworkers = [$"{new Uri(address).Authority}/coworkers/v1/{AskingTokenOf(name)}"]; });
        }
    }

    /// <summary>All hooks go to this supervisor from now on.</summary>
    public async Task SendHooksToAsync(string address)
    {
        foreach (var (server, name) in All.Zip(Names))
        {
            await server.SendHooksToAsync(new Uri($"{address}/hooks/v1/{TokenOf(name)}"));
        }
    }

    public async Task SlowDownAsync(TimeSpan by)
    {
        foreach (var server in All)
        {
            await server.RunAsync(core => { core.ApiDelay = by; });
        }
    }

    /// <summary>Who truly publishes a key at this moment, on all servers together.</summary>
    public async Task<ImmutableArray<string>> ActiveAsync(string key)
    {
        var (app, stream) = (key.Split('/')[0], key.Split('/')[1]);
        var active = ImmutableArray.CreateBuilder<string>();
        foreach (var server in All)
        {
            active.AddRange(await server.RunAsync(core => core.ActivePublishers(new SimulatedStreamKey(app, stream)).ToArray()));
        }

        return active.ToImmutable();
    }

    /// <summary>StreamBusy refusals on all servers together.</summary>
    public async Task<int> BusyAsync()
    {
        var busy = 0;
        foreach (var server in All)
        {
            busy += await server.RunAsync(core => core.BusyRefusals);
        }

        return busy;
    }

    public async Task<ImmutableArray<SimulatedDelete>> DeletesAsync()
    {
        var deletes = ImmutableArray.CreateBuilder<SimulatedDelete>();
        foreach (var server in All)
        {
            deletes.AddRange(await server.RunAsync(core => core.Deletes.ToArray()));
        }

        return deletes.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in All)
        {
            await server.DisposeAsync();
        }
    }
}
