using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.IntegrationTests.Srs;

/// <summary>Several SRS servers of one member, one of which hangs.</summary>
public sealed class SrsServersTests : IAsyncLifetime
{
    private readonly System.Threading.Lock _gate = new();
    private readonly TaskCompletionSource _awake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly VirtualTime _time = new(); // Nothing is ever too slow unless a test says so.
    private readonly List<string> _askedOfTheHanging = [];
    private int _running;
    private int _mostRunning;
    private WebApplication? _hanging;
    private WebApplication? _healthy;

    public async Task InitializeAsync()
    {
        _hanging = await StartAsync(async context =>
        {
            lock (_gate)
            {
                _askedOfTheHanging.Add(context.Request.Path);
                _mostRunning = Math.Max(_mostRunning, ++_running);
            }

            try
            {
                await _awake.Task.WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync("""{"code":2049}""");
            }
            catch (OperationCanceledException)
            {
                // The client gave up.
            }
            finally
            {
                lock (_gate)
                {
                    _running--;
                }
            }
        });
        _healthy = await StartAsync(context => context.Response.WriteAsync("""{"code":2049}"""));
    }

    public async Task DisposeAsync()
    {
        _awake.TrySetResult();
        await _hanging!.DisposeAsync();
        await _healthy!.DisposeAsync();
    }

    [Fact]
    public async Task Evictions_that_wait_for_a_server_that_hangs_take_no_place_of_another()
    {
        using var servers = Servers(new SrsApiOptions());
        var evictions = Enumerable.Range(0, 280)
            .Select(i => servers.Find("hangs")!.For(SrsPriority.Kick).DeleteClientAsync($"c{i}", default)).ToList();
        await UntilAsync(() => _running == 8);

        for (var i = 0; i < 50; i++)
        {
            (await servers.Find("healthy")!.For(SrsPriority.Sweep).GetClientAsync("x", default)).Value.ShouldBeNull();
        }

        evictions.ShouldAllBe(eviction => !eviction.IsCompleted);
        _awake.SetResult();
        await Task.WhenAll(evictions);
        _mostRunning.ShouldBe(8);
    }

    [Fact]
    public async Task A_kick_overtakes_500_looks_that_wait()
    {
        using var servers = Servers(new SrsApiOptions { MaxConcurrent = 1 });
        var hangs = servers.Find("hangs")!;
        var looks = Enumerable.Range(0, 501)
            .Select(i => hangs.For(i % 2 == 0 ? SrsPriority.Sweep : SrsPriority.Check).GetClientAsync($"c{i}", default)).ToList();
        await UntilAsync(() => _running == 1);
        var kick = hangs.For(SrsPriority.Kick).DeleteClientAsync("kicked", default);

        _awake.SetResult();
        await kick;
        await Task.WhenAll(looks);
        _askedOfTheHanging[1].ShouldEndWith("/kicked");
    }

    [Fact]
    public async Task A_server_that_hangs_empties_its_line_within_half_a_timeout()
    {
        var options = new SrsApiOptions { BreakFor = TimeSpan.FromHours(1) };
        using var servers = Servers(options);
        var hangs = servers.Find("hangs")!;
        var calls = Enumerable.Range(0, 280).Select(async i =>
            (await Should.ThrowAsync<SrsUnreachableException>(() => hangs.For(SrsPriority.Kick).DeleteClientAsync($"c{i}", default))).Message).ToList();
        await UntilAsync(() => _running == options.MaxConcurrent);

        _time.Advance(options.Timeout / 2);
        await UntilAsync(() => calls.Count(call => !call.IsCompleted) == options.MaxConcurrent);
        _askedOfTheHanging.Count.ShouldBe(options.MaxConcurrent);
        (await Should.ThrowAsync<SrsUnreachableException>(() => hangs.For(SrsPriority.Check).GetProcessAsync(default)))
            .Message.ShouldContain("several calls in a row failed or are late");

        _time.Advance(options.Timeout / 2);
        var said = await Task.WhenAll(calls);
        said.Count(message => message.Contains("did not answer within", StringComparison.Ordinal)).ShouldBe(options.MaxConcurrent);
        said.Count(message => message.Contains("several calls in a row failed or are late", StringComparison.Ordinal))
            .ShouldBe(280 - options.MaxConcurrent);

        // The circuit is open: a new call fails at once.
        var late = hangs.For(SrsPriority.Check).GetProcessAsync(default);
        late.IsCompleted.ShouldBeTrue();
        (await Should.ThrowAsync<SrsUnreachableException>(() => late)).Message.ShouldContain("several calls in a row failed or are late");
    }

    [Fact]
    public async Task A_call_that_waits_for_a_place_can_be_given_up()
    {
        using var servers = Servers(new SrsApiOptions { MaxConcurrent = 1 });
        var hangs = servers.Find("hangs")!.For(SrsPriority.Check);
        using var gone = new CancellationTokenSource();
        var first = hangs.GetClientAsync("first", default);
        var waiting = hangs.GetClientAsync("waiting", gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);

        _awake.SetResult();
        await first;
        await hangs.GetClientAsync("next", default);
        _askedOfTheHanging.ShouldBe(["/api/v1/clients/first", "/api/v1/clients/next"]);
    }

    [Fact]
    public void A_server_that_left_the_configuration_is_not_found()
    {
        using var servers = Servers(new SrsApiOptions());
        servers.Find("left").ShouldBeNull();
        servers.All.Select(server => server.Name).ShouldBe(["hangs", "healthy"]);
    }

    private SrsServers Servers(SrsApiOptions options) => new(
        [new SrsEndpoint("hangs", _hanging!.Urls.Single()), new SrsEndpoint("healthy", _healthy!.Urls.Single())],
        options, _time, NullLoggerFactory.Instance);

    private async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            lock (_gate)
            {
                if (condition())
                {
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        }
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return server;
    }
}
