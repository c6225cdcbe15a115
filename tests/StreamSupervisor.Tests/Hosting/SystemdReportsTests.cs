using System.Threading.Channels;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Tests.Hosting;

public sealed class SystemdReportsTests : IAsyncDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromMilliseconds(30);

    private readonly Notifier _systemd = new();
    private readonly Readiness _readiness = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly SystemdReports _reports;
    private volatile string? _silent;

    public SystemdReportsTests() => _reports = new SystemdReports(_systemd, _readiness, (_, _) => Task.FromResult(_silent), Watchdog,
        TimeProvider.System, _lifetime, NullLogger<SystemdReports>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _reports.StopAsync(CancellationToken.None);
        _reports.Dispose();
    }

    [Fact]
    public async Task A_start_is_prolonged_until_it_is_ready()
    {
        await _reports.StartAsync(CancellationToken.None);
        (await NextAsync()).ShouldBe("EXTEND_TIMEOUT_USEC=30000000\nSTATUS=Not ready. The supervisor is starting.");
        (await NextAsync()).ShouldStartWith("EXTEND_TIMEOUT_USEC=");
        _readiness.Ready("start");
        (await NextAsync("READY=1")).ShouldBe("READY=1\nSTATUS=Ready.");
        (await NextAsync()).ShouldBe("WATCHDOG=1\nSTATUS=Ready.");
    }

    [Fact]
    public async Task A_program_that_does_not_answer_itself_beats_no_watchdog_until_it_does()
    {
        _readiness.Ready("start");
        await _reports.StartAsync(CancellationToken.None);
        await NextAsync("WATCHDOG=1");
        _silent = "It hangs.";
        await NextAsync("STATUS=It hangs.");
        (await NextAsync()).ShouldBe("STATUS=It hangs.");
        (await NextAsync()).ShouldBe("STATUS=It hangs.");
        _silent = null;
        (await NextAsync("WATCHDOG=1")).ShouldBe("WATCHDOG=1\nSTATUS=Ready.");
    }

    [Fact]
    public async Task A_program_that_does_not_answer_itself_does_not_prolong_its_start_and_is_not_ready()
    {
        _silent = "It hangs.";
        _readiness.Ready("start");
        await _reports.StartAsync(CancellationToken.None);
        (await NextAsync()).ShouldBe("STATUS=It hangs.");
        (await NextAsync()).ShouldBe("STATUS=It hangs.");
    }

    [Fact]
    public async Task A_member_that_is_not_ready_any_more_beats_on_since_a_restart_would_not_mend_its_store()
    {
        _readiness.Ready("start");
        await _reports.StartAsync(CancellationToken.None);
        await NextAsync("READY=1");
        _readiness.NotReady("store", "The store is away.");
        string heard;
        while (!(heard = await NextAsync()).Contains("away", StringComparison.Ordinal))
        {
            heard.ShouldBe("WATCHDOG=1\nSTATUS=Ready.");
        }

        heard.ShouldBe("WATCHDOG=1\nSTATUS=Not ready. The store is away.");
    }

    [Fact]
    public async Task The_last_word_is_that_it_stops()
    {
        _readiness.Ready("start");
        await _reports.StartAsync(CancellationToken.None);
        await NextAsync("WATCHDOG=1");
        _lifetime.StopApplication();
        (await NextAsync("STOPPING=1")).ShouldContain("STATUS=Stopping");
        await _reports.ExecuteTask!;
        _systemd.Said.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("30000000", 30.0)]
    [InlineData(null, null)]
    [InlineData("0", null)]
    [InlineData("never", null)]
    public void The_watchdog_is_as_systemd_says(string? microseconds, double? seconds) =>
        SystemdReports.WatchdogOf(microseconds)?.TotalSeconds.ShouldBe(seconds!.Value);

    private async Task<string> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _systemd.Said.Reader.ReadAsync(patience.Token);
    }

    private async Task<string> NextAsync(string first)
    {
        string heard;
        do
        {
            heard = await NextAsync();
        }
        while (heard.Split('\n')[0] != first);
        return heard;
    }

    private sealed class Notifier : ISystemdNotifier
    {
        public Channel<string> Said { get; } = Channel.CreateUnbounded<string>();

        public bool IsEnabled => true;

        public void Notify(ServiceState state) => Said.Writer.TryWrite(state.ToString());
    }
}
