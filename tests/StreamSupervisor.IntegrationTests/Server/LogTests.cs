using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>What the log says at 3 a.m.: start, orders with who gave them, the end; and nothing about a client that hangs up.</summary>
public sealed class LogTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-log-");
    private readonly LineCollector _lines = new();
    private readonly HttpClient _http = new();
    private readonly SupervisorOptions _options;
    private SupervisorServer? _server;

    public LogTests() => _options = new SupervisorOptions
    {
        Http = new HttpOptions { Listen = { FreePort.Address() } },
        Management = new ManagementOptions { Listen = { FreePort.Address() } },
        Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(_folder.FullName, "log.db") } },
        Origins = { new OriginOptions { Name = "srs-1", Api = "http://127.0.0.1:1", HookToken = "token-of-srs-1" } },
    };

    public async Task InitializeAsync()
    {
        _server = await SupervisorServer.BuildAsync(_options, logging => logging.AddProvider(_lines));
        await _server.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync("the supervisor is ready", async () =>
            (await _http.GetAsync(new Uri(_options.Management.Listen[0] + "/ready"))).IsSuccessStatusCode);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await StopAsync();
        _lines.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Start_orders_and_stop_are_a_line_each()
    {
        _lines.ShouldTell(" starts. Settings: ", "Listens: http://127.0.0.1:", "srs.conf of srs-1, in each vhost: http_hooks {",
            "Ready: 1 SRS server(s).");
        await SendAsync(HttpMethod.Post, "/api/v1/streams/-/live/van/lock", """{"by":"ann","why":"rehearsal"}""");
        await SendAsync(HttpMethod.Post, "/api/v1/streams/-/live/van/unlock", """{"why":"over"}""");
        await SendAsync(HttpMethod.Put, "/api/v1/origins/srs-1", """{"draining":true,"why":"new disk"}""");
        _lines.ShouldTell("ann ordered lock of __defaultVhost__/live/van: Locked", "Why: rehearsal",
            "local ordered unlock of __defaultVhost__/live/van: ",
            "local ordered drain of srs-1: ");
        await StopAsync();
        _lines.ShouldTell("Stopping: finishes what it has begun.", "Stopped after ");
        _lines.All.ShouldNotContain(line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PUT /api/v1/origins/srs-1", "application/json")]
    [InlineData("POST /api/v1/streams/-/live/a/kick", "application/json")]
    [InlineData("POST /api/v1/registrations", "application/json")]
    [InlineData("POST /heartbeat/v1/token-of-srs-1", "application/json")]
    [InlineData("POST /hooks/v1/token-of-srs-1", "application/json")]
    public async Task A_client_that_hangs_up_in_its_body_leaves_no_stack_trace(string call, string type)
    {
        var address = new Uri(_options.Http.Listen[0]);
        foreach (var isRude in new[] { false, true })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(address.Host, address.Port);
            await socket.Client.SendAsync(Encoding.ASCII.GetBytes($"{call} HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + $"{type}\r\nContent-Length: 100\r\n\r\n{{\"wh"));
            await Task.Delay(100); // the program has to be in the middle of reading
            if (isRude)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }

        // A whole call afterwards: what the broken ones leave behind has been written by then.
        await SendAsync(HttpMethod.Post, "/api/v1/streams/-/live/van/lock", """{"why":"last"}""");
        await Task.Delay(300);
        string.Join('\n', _lines.All.Where(line => line.Contains("Exception", StringComparison.Ordinal))).ShouldBe("");
    }

    private async Task StopAsync()
    {
        if (_server is { } running)
        {
            _server = null;
            await running.DisposeAsync();
        }
    }

    /// <summary>Gives an order; on a busy machine the first answer may be "not known yet", and asking again is safe.</summary>
    private Task SendAsync(HttpMethod method, string path, string body) => Eventually.HoldsAsync($"{path} is done", async () =>
    {
        using var request = new HttpRequestMessage(method, _options.Http.Listen[0] + path);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        return response.IsSuccessStatusCode;
    });

    private sealed class LineCollector : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _all = new();

        public IReadOnlyCollection<string> All => _all;

        public void ShouldTell(params string[] parts)
        {
            foreach (var part in parts)
            {
                _all.ShouldContain(line => line.Contains(part, StringComparison.Ordinal), part);
            }
        }

        public ILogger CreateLogger(string categoryName) => new Line(_all);

        public void Dispose()
        {
        }

        private sealed class Line(ConcurrentQueue<string> all) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
                string> formatter)
            {
                if (logLevel >= LogLevel.Information)
                {
                    all.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
                }
            }
        }
    }
}
