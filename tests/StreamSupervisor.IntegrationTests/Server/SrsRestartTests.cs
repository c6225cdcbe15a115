using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>SRS sends no hook when it stops: a restart shows only as a new process.</summary>
public sealed class SrsRestartTests
{
    [Fact]
    public async Task The_sweep_finds_a_restart_and_its_sessions_are_interrupted()
    {
        var settings = new PlatformSettings { Sweep = new SweepOptions { Interval = TimeSpan.FromMilliseconds(500) } };
        await using var platform = await Platform.StartAsync(settings, SrsModel.V4, SrsModel.V6);
        foreach (var (server, name) in platform.Srs.All.Zip(platform.Srs.Names))
        {
            await platform.PublishAsync(server, $"live/{name}");
            await server.RunAsync(core => core.Restart());
        }

        foreach (var name in platform.Srs.Names)
        {
            var stream = await platform.StreamAsync($"live/{name}", stream => stream.State == "interrupted");
            stream.Session.ShouldBeNull();
            (await platform.TimelineAsync($"live/{name}")).Last(entry => entry.Kind == "publisher-lost").Cause.ShouldBe("process-gone");
        }

        (await platform.Srs.DeletesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_hook_of_a_new_process_ends_the_sessions_of_the_old_one()
    {
        // Looked at once at the start and then not again: only hooks can tell.
        var settings = new PlatformSettings { Sweep = new SweepOptions { Interval = TimeSpan.FromMinutes(5), SilenceLook = TimeSpan.Zero } };
        await using var platform = await Platform.StartAsync(settings, SrsModel.V4, SrsModel.V5, SrsModel.V7Token);
        foreach (var (server, name) in platform.Srs.All.Zip(platform.Srs.Names))
        {
            await platform.PublishAsync(server, $"live/{name}-a");
            await platform.PublishAsync(server, $"live/{name}-b");
            await server.RunAsync(core => core.Restart());
            var back = await platform.PublishAsync(server, $"live/{name}-a");

            (await platform.StreamAsync($"live/{name}-a"))!.Session!.ClientId.ShouldBe(back.ClientId);
            var other = await platform.StreamAsync($"live/{name}-b", stream => stream.State == "interrupted");
            other.Session.ShouldBeNull(name);
        }

        (await platform.Srs.BusyAsync()).ShouldBe(0);
        (await platform.Srs.DeletesAsync()).ShouldBeEmpty();
    }
}
