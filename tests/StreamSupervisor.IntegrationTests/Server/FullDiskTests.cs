using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>A SQLite file on a disk that runs full; the disk is a small one in memory, which only root can make.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-disk-");
    private bool _mounted;

    public async Task InitializeAsync() => _mounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", _folder.FullName);

    public async Task DisposeAsync()
    {
        if (_mounted)
        {
            await RunAsync("umount", "-l", _folder.FullName);
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Ready_says_that_the_disk_is_full_and_is_itself_again_when_there_is_room()
    {
        if (!_mounted)
        {
            return; // Not root here, or no mounts in this container.
        }

        var options = new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(_folder.FullName, "full.db") } },
            Origins = { new OriginOptions { Name = "srs-1", Api = "http://127.0.0.1:1", HookToken = "token-of-srs-1" } },
        };
        await using var server = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders());
        await server.StartAsync(CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(options.Management.Listen[0]) };
        await Eventually.HoldsAsync("the supervisor is "
            + "ready", async () => (await http.GetAsync(new Uri("/ready", UriKind.Relative))).IsSuccessStatusCode);
        using (var ready = JsonDocument.Parse(await http.GetStringAsync(new Uri("/ready", UriKind.Relative))))
        {
            ready.RootElement.GetProperty("warnings").GetProperty("disk").GetString()!.ShouldContain(" MB left.");
        }

        var ballast = Path.Combine(_folder.FullName, "ballast");
        await RunAsync("dd", "if=/dev/zero", $"of={ballast}", "bs=64k");
        using (var full = await http.GetAsync(new Uri("/ready", UriKind.Relative)))
        {
            full.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await full.Content.ReadAsStringAsync()).ShouldContain("full.db is full");
        }

        (await http.GetAsync(new Uri("/alive", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        File.Delete(ballast);
        await Eventually.HoldsAsync("the supervisor is ready "
            + "again", async () => (await http.GetAsync(new Uri("/ready", UriKind.Relative))).IsSuccessStatusCode);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
