using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Http;

namespace StreamSupervisor.Demo;

/// <summary>
/// Plays the same encoders twice, without and with a supervisor. The servers are simulated; hooks, API calls, kicks and the store are the
/// real ones, over real HTTP on loopback.
/// </summary>
/// <param name="length">Of one act.</param>
internal sealed class DemoStage(TimeSpan length, IDemoView view, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-demo-");
    private SimulatedFleet? _fleet;

    /// <param name="seed">Of the simulated servers.</param>
    /// <param name="members">1: a supervisor inside this process. More: processes of their own on a PostgreSQL.</param>
    /// <exception cref="CommandException">Members could not be started; the message says why.</exception>
    public async Task<(DemoAct Without, DemoAct With, IReadOnlyList<DemoIncident> Incidents)> PlayAsync(int seed, int members,
        CancellationToken cancellation)
    {
        var fleet = _fleet = await SimulatedFleet.StartAsync(DemoCast.Servers, seed, cancellation);
        var without = await ActAsync("without the supervisor", Task.CompletedTask, cancellation);
        await fleet.StartOverAsync();

        await using var supervisors = await SuperviseAsync(members, fleet, cancellation);
        await fleet.SendHooksToAsync(server => new Uri(
            $"{supervisors.Address}/hooks/v1/{TokenOf(DemoCast.Servers[fleet.Servers.IndexOf(server)].ServerId)}"));
        var suffering = supervisors.SufferAsync(length, view.Tell, cancellation);
        var with = await ActAsync("with the supervisor", suffering, cancellation);
        await fleet.SendHooksToAsync(_ => null);
        await fleet.StartOverAsync();
        return (without, with, await suffering);
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is { } fleet)
        {
            await fleet.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private Task<IDemoSupervisors> SuperviseAsync(int members, SimulatedFleet fleet, CancellationToken cancellation)
    {
        List<OriginOptions> origins = [.. DemoCast.Servers.Zip(fleet.Servers, (options, server) =>
            new OriginOptions { Name = options.ServerId, Api = server.ApiAddress, HookToken = TokenOf(options.ServerId) })];
        if (members == 1)
        {
            return SoleDemoSupervisor.StartAsync(origins, _folder, cancellation);
        }

        view.Tell($"starting a PostgreSQL and {members} members");
        return DemoCluster.StartAsync(members, origins, _folder, time, cancellation);
    }

    /// <param name="more">The act does not end before it: what happens to members takes as long as it takes.</param>
    private async Task<DemoAct> ActAsync(string title, Task more, CancellationToken cancellation)
    {
        foreach (var (encoder, servers, _) in DemoCast.Encoders)
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
        view.Look(title, time.GetElapsedTime(start), reports);
        return new DemoAct(title, reports);
    }

    private static string TokenOf(string server) => $"demo-hooks-of-{server}";
}
