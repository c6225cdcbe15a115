using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>How the supervisor of a <see cref="Platform"/> is configured; the defaults are those of the program.</summary>
internal sealed record PlatformSettings
{
    public AdmissionOptions Admission { get; init; } = new();
    public CredentialOptions Credentials { get; init; } = new();
    public SweepOptions Sweep { get; init; } = new();
    public TelemetryOptions Telemetry { get; init; } = new();
    public ApiOptions Api { get; init; } = new();
    public DashboardOptions Dashboard { get; init; } = new();
    public RegistrationOptions Registrations { get; init; } = new();
    public List<WebhookOptions> Webhooks { get; init; } = [];
}

/// <summary>
/// A whole small platform in this process: simulated SRS servers and the program, over real HTTP on loopback, with a database file of its own.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly SupervisorOptions _options;
    private SupervisorServer _program;

    private Platform(DirectoryInfo folder, SrsServers srs, SupervisorServer program, SupervisorOptions options)
    {
        (_folder, Srs, _program, _options) = (folder, srs, program, options);
        Address = options.Http.Listen[0];
        Management = options.Management.Listen[0];
        Database = options.Storage.Sqlite.Path;
        Http = new HttpClient { BaseAddress = new Uri(Address) };
        Api = new SupervisorApiClient(new Uri(Address), options.Api.Keys.Find(key => key.Role is "operator" or "operate")?.Key);
    }

    public SrsServers Srs { get; }

    /// <summary>Where hooks and API are.</summary>
    public string Address { get; }
    public string Management { get; }

    /// <summary>Its database file.</summary>
    public string Database { get; }
    public HttpClient Http { get; }
    public SupervisorApiClient Api { get; }

    public static Task<Platform> StartAsync(params ReadOnlySpan<SrsModel> models) => StartAsync(new PlatformSettings(), models);

    public static Task<Platform> StartAsync(PlatformSettings settings, params ReadOnlySpan<SrsModel> models) => StartAsync(settings, SrsServers.StartAsync(models));

    private static async Task<Platform> StartAsync(PlatformSettings settings, Task<SrsServers> starting)
    {
        var srs = await starting;
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-test-");
        var options = new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(folder.FullName, "test.db") } },
            Origins = srs.Origins(),
            Admission = settings.Admission,
            Credentials = settings.Credentials,
            Sweep = settings.Sweep,
            Telemetry = settings.Telemetry,
            Api = settings.Api,
            Dashboard = settings.Dashboard,
            Registrations = settings.Registrations,
            Webhooks = settings.Webhooks,
        };
        var platform = new Platform(folder, srs, await ServeAsync(options), options);
        await platform.ReadyAsync();
        await srs.SendHooksToAsync(platform.Address);
        return platform;
    }

    /// <summary>Stops the supervisor in good order, and starts it again with the same settings and the same file.</summary>
    /// <param name="meanwhile">What is done to the file.</param>
    public async Task RestartAsync(Func<StoreLocation, Task> meanwhile)
    {
        await _program.DisposeAsync();
        await meanwhile(new StoreLocation.Sqlite(_options.Storage.Sqlite.Path));
        _program = await ServeAsync(_options);
        await ReadyAsync();
    }

    /// <summary>Publishes a key, as an encoder that is in at its first try.</summary>
    public async Task<EncoderEnd> PublishAsync(SimulatedSrsServer server, string key, string param = "", string address = "203.0.113.10")
    {
        var encoder = await EncoderEnd.DialAsync(server, address);
        (await encoder.PublishAsync(key, param)).ShouldBe(PublishOutcome.Started, $"{key}, {await StoryAsync(key)}");
        await Eventually.HoldsAsync($"{encoder.ClientId} publishes {key}", async () => (await Srs.ActiveAsync(key)).Contains(encoder.ClientId));
        return encoder;
    }

    /// <summary>
    /// Publishes a key that another server has, as an encoder does that is not deterred by one refusal: a version with the cleanup trap holds
    /// a first publish 0.1 s only, which a starved machine does not always keep.
    /// </summary>
    public Task<EncoderEnd> ComeBackAsync(SimulatedSrsServer server, string key) => Eventually.BringsAsync($"{key} comes back", async () =>
    {
        var encoder = await EncoderEnd.DialAsync(server, "203.0.113.10");
        if (await encoder.PublishAsync(key) == PublishOutcome.Started)
        {
            await Eventually.HoldsAsync($"{encoder.ClientId} publishes {key}", async () => (await Srs.ActiveAsync(key)).Contains(encoder.ClientId));
            return encoder;
        }

        await encoder.Closed.WaitAsync(Eventually.Patience);
        return null;
    });

    public async Task<StreamView?> StreamAsync(string key) => (await Api.GetStreamAsync(StreamKey.Parse(key), CancellationToken.None)).Value;

    public Task<StreamView> StreamAsync(string key, Func<StreamView, bool> until, TimeSpan? within = null) =>
        Eventually.BringsAsync($"the state of {key}", async () => await StreamAsync(key) is { } stream && until(stream) ? stream : null, within);

    /// <summary>Gives an order by the API.</summary>
    public async Task OrderAsync(string key, string verb, string why) =>
        (await Api.OrderAsync(StreamKey.Parse(key), verb, new OrderBody("ann", why, null), CancellationToken.None)).Problem.ShouldBeNull();

    /// <summary>The whole timeline of a key, oldest first.</summary>
    public Task<ImmutableArray<TimelineEntry>> TimelineAsync(string key) => TimelineAsync(Api, key);

    public static async Task<ImmutableArray<TimelineEntry>> TimelineAsync(SupervisorApiClient api, string key)
    {
        var entries = new List<TimelineEntry>();
        string? cursor = null;
        do
        {
            var page = await api.GetTimelineAsync(StreamKey.Parse(key), limit: 100, cursor, CancellationToken.None);
            page.Problem.ShouldBeNull();
            entries.AddRange(page.Value!.Entries);
            cursor = page.Value.Next;
        }
        while (cursor is not null);
        entries.Reverse();
        return [.. entries];
    }

    public async Task<Explanation> ExplainAsync(string key, string clientId)
    {
        var answer = await Api.ExplainAsync(StreamKey.Parse(key), clientId, CancellationToken.None);
        answer.Problem.ShouldBeNull(await StoryAsync(key));
        return answer.Value!;
    }

    /// <summary>The timeline as text, for the message of a test that fails.</summary>
    public async Task<string> StoryAsync(string key) =>
        string.Join('\n', (await TimelineAsync(key)).Select(entry => $"{entry.Sequence,4} {entry.At:HH:mm:ss.fff} {entry.Kind}: {entry.Text}"));

    /// <summary>Runs a command line against this supervisor, as a person would.</summary>
    public async Task<(int ExitCode, string Output, string Error)> CommandAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandTree.RunAsync([.. arguments, "--server", Address], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static async Task<SupervisorServer> ServeAsync(SupervisorOptions options)
    {
        var program = await SupervisorServer.BuildAsync(options, logging => logging.ClearProviders());
        await program.StartAsync(CancellationToken.None);
        return program;
    }

    private Task ReadyAsync() => Eventually.HoldsAsync(
        "the supervisor is ready", async () => (await Http.GetAsync(new Uri(Management + "/ready"))).IsSuccessStatusCode);

    public async ValueTask DisposeAsync()
    {
        await Srs.DisposeAsync();
        Api.Dispose();
        Http.Dispose();
        await _program.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
