using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.Actors.Journal;
using static StreamSupervisor.IntegrationTests.Storage.PostgresFixture;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>The whole program as the only member of a cluster, on a real database, as a role that may serve and nothing else.</summary>
[Collection(PostgresFixture.Name)]
public sealed class ServingRoleTests(PostgresFixture postgres)
{
    private const string Role = "serving_program";

    [PostgresFact]
    public async Task It_serves_and_when_the_database_sends_it_away_it_stops_says_so_and_comes_back()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await ExecuteAsync(database, $"CREATE ROLE {Role} LOGIN");
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        var options = OptionsOf(srs, new NpgsqlConnectionStringBuilder(database) { Username = Role }.ConnectionString);
        var log = new ErrorLog();
        await using (var refused = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders().AddProvider(log)))
        {
            await refused.RunAsync(CancellationToken.None).WaitAsync(Eventually.Patience);
            refused.ExitCode.ShouldBe(1);
            log.Errors.ShouldContain(line => line.Contains("migrate command", StringComparison.Ordinal));
        }

        _ = await PostgresMigrations.MigrateAsync(database, log);
        await PostgresMigrations.GrantAsync(database, Role);

        await using var program = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders().AddProvider(log));
        await program.StartAsync(CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(options.Management.Listen[0]) };
        await Eventually.HoldsAsync("it is ready", async () => (await ReadyAsync(http)).Status == HttpStatusCode.OK);
        await srs.SendHooksToAsync(options.Http.Listen[0]);
        var encoder = await EncoderEnd.DialAsync(srs[0], "203.0.113.10");
        (await encoder.PublishAsync("live/cam1")).ShouldBe(PublishOutcome.Started);
        var members = await http.GetFromJsonAsync<JsonElement>(new Uri("/cluster/members", UriKind.Relative));
        members.GetProperty("members")[0].GetProperty("shards").GetInt32().ShouldBeInRange(1, 2, "of the key, and of the server's drain mark once it was asked for");
        members.GetProperty("members")[0].GetProperty("sessionHeld").GetBoolean().ShouldBeTrue();

        _ = await ExecuteAsync(database, $"ALTER ROLE {Role} NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{Role}'");

        var reason = await Eventually.BringsAsync("it says that it cannot answer", async () => (await ReadyAsync(http)).Membership);
        reason.ShouldContain("has not taken this member's beat");
        var other = await EncoderEnd.DialAsync(srs[0], "203.0.113.11");
        (await other.PublishAsync("live/cam2")).ShouldNotBe(PublishOutcome.Started);
        (await http.PutAsync(new Uri("/cluster/members/one?operation=Leave&force=true", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        _ = await ExecuteAsync(database, $"ALTER ROLE {Role} LOGIN");
        await Eventually.HoldsAsync("it is ready again", async () => (await ReadyAsync(http)).Status == HttpStatusCode.OK);
        other = await EncoderEnd.DialAsync(srs[0], "203.0.113.11");
        (await other.PublishAsync("live/cam2")).ShouldBe(PublishOutcome.Started);
    }

    private static async Task<(HttpStatusCode Status, string? Membership)> ReadyAsync(HttpClient http)
    {
        using var response = await http.GetAsync(new Uri("/ready", UriKind.Relative));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode,
            body.RootElement.TryGetProperty("reasons", out var reasons) && reasons.TryGetProperty("membership", out var why) ? why.GetString() : null);
    }

    private static SupervisorOptions OptionsOf(SrsServers srs, string database)
    {
        var peers = FreePort.Address();
        return new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Provider = "postgres", Postgres = new PostgresOptions { ConnectionString = database } },
            Cluster = new ClusterOptions
            {
                Enabled = true, Name = "one", Advertise = peers, Listen = { peers }, Secret = "0123456789abcdef0123456789abcdef",
                Lease = new LeaseOptions { Ttl = TimeSpan.FromSeconds(3), Renew = TimeSpan.FromMilliseconds(300) },
            },
            Origins = srs.Origins(),
        };
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Errors.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
