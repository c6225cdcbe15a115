using System.Text.Json;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Demo;

/// <summary>
/// Plays the same encoders twice, without and with a supervisor. The servers are simulated; hooks, API calls, kicks and the store are the
/// real ones, over real HTTP on loopback. The supervisor is there from the beginning, so that its pages are; in the first act it hears no
/// hook and reaches no server.
/// </summary>
/// <param name="length">Of one act.</param>
internal sealed class DemoStage(TimeSpan length, DemoWords words, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>A server that did not answer is asked again after a second.</summary>
    private static readonly TimeSpan FoundWithin = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-demo-");
    private SimulatedFleet? _fleet;
    private IDemoSupervisors? _supervisors;

    /// <summary>Starts the servers and who supervises them.</summary>
    /// <param name="seed">Of the simulated servers.</param>
    /// <param name="members">1: a supervisor inside this process. More: processes of their own on a PostgreSQL.</param>
    /// <param name="tell">Is told each step, in words for people.</param>
    /// <returns>Where the pages are.</returns>
    /// <exception cref="CommandException">Members could not be started; the message says why.</exception>
    public async Task<IReadOnlyList<string>> OpenAsync(int seed, int members, Action<string> tell, CancellationToken cancellation)
    {
        _fleet = await SimulatedFleet.StartAsync(DemoCast.Servers, seed, cancellation);
        await ReachAsync(ApiFault.Down);
        List<OriginOptions> origins = [.. DemoCast.Servers.Zip(_fleet.Servers, (options, server) =>
            new OriginOptions { Name = options.ServerId, Api = server.ApiAddress, HookToken = TokenOf(options.ServerId) })];
        _supervisors = members == 1
            ? await SoleDemoSupervisor.StartAsync(origins, _folder, words, cancellation)
            : await DemoCluster.StartAsync(members, origins, _folder, time, words, tell, cancellation);
        return _supervisors.Pages;
    }

    /// <summary>Plays both acts.</summary>
    public async Task<(DemoAct Without, DemoAct With, IReadOnlyList<DemoIncident> Incidents)> PlayAsync(
        IDemoView view, CancellationToken cancellation)
    {
        var (fleet, supervisors) = (_fleet!, _supervisors!);
        var without = await ActAsync(view, words.Without, Task.CompletedTask, cancellation);
        view.Tell(words.Between);
        await fleet.StartOverAsync();

        await ReachAsync(ApiFault.None);
        await FoundAsync(supervisors.Pages, cancellation);
        await fleet.SendHooksToAsync(server => new Uri(
            $"{supervisors.Address}/hooks/v1/{TokenOf(DemoCast.Servers[fleet.Servers.IndexOf(server)].ServerId)}"));
        var suffering = supervisors.SufferAsync(length, view.Tell, cancellation);
        var with = await ActAsync(view, words.With, suffering, cancellation);
        await fleet.SendHooksToAsync(_ => null);
        await fleet.StartOverAsync();
        return (without, with, await suffering);
    }

    public async ValueTask DisposeAsync()
    {
        if (_supervisors is { } supervisors)
        {
            await supervisors.DisposeAsync();
        }

        if (_fleet is { } fleet)
        {
            await fleet.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task ReachAsync(ApiFault fault)
    {
        foreach (var server in _fleet!.Servers)
        {
            await server.RunAsync(core => core.ApiFault = fault);
        }
    }

    /// <summary>Waits until every supervisor has found every server, so that the act begins with all of them.</summary>
    private async Task FoundAsync(IReadOnlyList<string> pages, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var start = time.GetTimestamp();
        foreach (var page in pages)
        {
            while (!await IsUpAsync(page) && time.GetElapsedTime(start) < FoundWithin)
            {
                await Task.Delay(LookEvery, time, cancellation);
            }
        }

        async Task<bool> IsUpAsync(string page)
        {
            try
            {
                var seen = await http.GetFromJsonAsync<JsonElement>(new Uri(new Uri(page), "/api/v1/origins"), cancellation);
                return seen.GetProperty("origins").EnumerateArray().All(origin => origin.GetProperty("state").GetString() == "up");
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    /// <param name="more">The act does not end before it: what happens to members takes as long as it takes.</param>
    private async Task<DemoAct> ActAsync(IDemoView view, string title, Task more, CancellationToken cancellation)
    {
        foreach (var (encoder, servers) in DemoCast.Encoders)
        {
            await _fleet!.StartEncoderAsync(encoder, servers);
        }

        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) is var passed && (passed < length || !more.IsCompleted))
        {
            view.Look(title, passed, await _fleet!.ReportAsync());
            await Task.Delay(LookEvery, time, cancellation);
        }

        await more;
        var reports = await _fleet!.ReportAsync();
        var took = time.GetElapsedTime(start);
        view.Look(title, took, reports);
        return new DemoAct(took, reports);
    }

    private static string TokenOf(string server) => $"demo-hooks-of-{server}";
}
