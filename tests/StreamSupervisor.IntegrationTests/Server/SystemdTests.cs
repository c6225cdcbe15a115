using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>What systemd hears of the program by the socket that it gives to units of <c>Type=notify</c>.</summary>
public sealed class SystemdTests : IDisposable
{
    private const int Beat = 500;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("systemd-");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly HttpClient _http = new();

    private string SocketPath => Path.Combine(_folder.FullName, "notify");

    public void Dispose()
    {
        _http.Dispose();
        _socket.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_hears_ready_when_ready_says_so_then_the_beats_of_the_watchdog_and_at_last_that_the_program_stops()
    {
        using var settings = new ServeFolder();
        await using var program = Start(settings, []);
        await HeardAsync("READY=1", program);
        (await _http.GetAsync(new Uri(settings.Management + "/ready"))).IsSuccessStatusCode.ShouldBeTrue("ready was said");
        await HeardAsync("WATCHDOG=1", program);

        // As ExecReload= does it: no signal of a closed terminal.
        await File.AppendAllTextAsync(settings.Config, "\nstreamsupervisor.log.level = debug\nstreamsupervisor.admission.hold = 1.5s\n");
        program.HangUp();
        var by = "SIGHUP";
        if (SupervisorProcess.IsHangUpIgnored)
        {
            (await _http.PostAsync(new Uri(settings.Address + "/api/v1/reload"), null)).IsSuccessStatusCode.ShouldBeTrue();
            by = "local";
        }

        await Eventually.HoldsAsync("the settings are read again", () => Task.FromResult(
            program.HasExited || program.Output.Contains("had the settings", StringComparison.Ordinal)));
        program.Output.ShouldContain($"{by} had the settings read again; in force now: log.level, admission.hold.");
        program.Terminate();
        (await program.ExitCodeAsync()).ShouldBe(0, program.Output);
        await HeardAsync("STOPPING=1", program);

        // Beside them there are prolongations of the start, and status lines where a busy machine did not answer itself in a beat.
        string[] words = [.. _heard.Select(message => message.Split('\n')[0].Split('=')[0]).Where(word => word is not ("EXTEND_TIMEOUT_USEC" or "STATUS"))];
        words.Distinct().ShouldBe(["READY", "WATCHDOG", "STOPPING"], string.Join('\n', _heard));
        words.Count(word => word == "READY").ShouldBe(1);
        words.Count(word => word == "STOPPING").ShouldBe(1);
        _heard.Last().ShouldStartWith("STOPPING=1");
    }

    [Fact]
    public async Task A_start_that_waits_for_its_database_is_prolonged_and_says_what_it_waits_for()
    {
        using var settings = new ServeFolder();
        var members = FreePort.Address();
        await using var program = Start(settings,
        [
            "--set", "storage.provider=postgres",
            "--set", "storage.postgres.connection-string=Host=127.0.0.1;Port=1",
            "--set", "cluster.enabled=true", "--set", $"cluster.advertise={members}", "--set", $"cluster.listen.0={members}",
            "--set", "cluster.secret=of-the-systemd-tests-0123456789",
        ]);
        await HeardAsync("EXTEND_TIMEOUT_USEC=30000000", program);
        await HeardAsync("EXTEND_TIMEOUT_USEC=30000000", program);
        _heard.ShouldContain(message => message.Contains("STATUS=Not ready. ", StringComparison.Ordinal) && message.Contains("store", StringComparison.Ordinal));
        program.Terminate();
        await HeardAsync("STOPPING=1", program);
        _heard.ShouldNotContain(message => message.StartsWith("READY", StringComparison.Ordinal) || message.StartsWith("WATCHDOG", StringComparison.Ordinal));
    }

    private SupervisorProcess Start(ServeFolder settings, string[] more)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        return SupervisorProcess.Start(new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = SocketPath,
            ["WATCHDOG_USEC"] = (Beat * 3 * 1000).ToString(CultureInfo.InvariantCulture),
        }, ["serve", "--config", settings.Config, .. more]);
    }

    /// <summary>Takes messages until one begins so.</summary>
    private async Task HeardAsync(string line, SupervisorProcess program)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        var room = new byte[4096];
        while (true)
        {
            int length;
            try
            {
                length = await _socket.ReceiveAsync(room, SocketFlags.None, patience.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new ShouldAssertException($"{line} was not heard, but:\n{string.Join('\n', _heard)}\n{program.Output}", late);
            }

            var message = Encoding.UTF8.GetString(room, 0, length);
            _heard.Enqueue(message);
            if (message.Split('\n')[0] == line)
            {
                return;
            }
        }
    }
}
