using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>The API on a real listener on a free port, over <see cref="FakeEntities"/>.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 7, 4, 12, 0, 0, TimeSpan.Zero);
    private readonly ApiKeyOptions[] _keys;
    private int _watches;
    private WebApplication _app;

    private ApiServer(FakeEntities entities, ApiKeyOptions[] keys)
    {
        (Entities, _keys, _app) = (entities, keys, null!);
        Address = new Uri(FreePort.Address());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Who may watch the feed at once.</summary>
    public const int MostFeeds = 2;

    public FakeEntities Entities { get; }
    public Uri Address { get; }
    public HttpClient Http { get; }

    /// <summary>Who is alive; somebody died as well.</summary>
    public IReadOnlyList<MemberSighting> Members { get; set; } = [];

    /// <summary>What the members say when they are asked what they count.</summary>
    public Func<CancellationToken, Task<ClusterCounts>> AskMembers { get; set; } =
        _ => Task.FromResult(new ClusterCounts(new MemberCounts(), 0));

    /// <summary>Where the calls seem to come from.</summary>
    public IPAddress Caller { get; set; } = IPAddress.Loopback;

    /// <summary>How often somebody began to watch the feed.</summary>
    public int Watches => Volatile.Read(ref _watches);

    public static async Task<ApiServer> StartAsync(params ApiKeyOptions[] keys)
    {
        var server = new ApiServer(await FakeEntities.OpenAsync(), keys);
        await server.ListenAsync();
        return server;
    }

    /// <summary>Ends as the program does, and begins anew at the same address.</summary>
    /// <param name="meanwhile">What is done while nobody answers.</param>
    public async Task RestartAsync(Func<Task> meanwhile)
    {
        await StopAsync();
        await _app.DisposeAsync();
        await meanwhile();
        await ListenAsync();
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address.ToString());
        builder.Services.AddSingleton(services => new ApiContext
        {
            Region = Entities,
            Timeline = Entities.Timeline,
            Feed = Entities.Feed,
            Tail = new FeedTail(Entities.Feed, TimeProvider.System, MostFeeds, services.GetRequiredService<ILogger<FeedTail>>(),
                services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping),
            Index = Entities.Index,
            Overview = new OverviewReader(
                Entities.Index, () => Entities.Origins, () => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>()),
                Report, stop => AskMembers(stop), new StoppedClock()),
            Origins = () => Entities.Origins,
            Options = new ApiOptions { Keys = [.. _keys], MaxPage = 50 },
            Time = new StoppedClock(),
        });
        ApiEndpoints.AddServices(builder.Services);
        _app = builder.Build();
        _app.Use((call, next) =>
        {
            call.Connection.RemoteIpAddress = Caller;
            if (call.Request.Headers.Accept.Contains("text/event-stream"))
            {
                Interlocked.Increment(ref _watches);
            }

            return next(call);
        });
        _app.UseRouting();
        ApiEndpoints.Map(_app);
        await _app.StartAsync();
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path, params (string Name, string Value)[] headers) =>
        await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body = """{"why":"a test"}""", string type = "application/json",
        params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.Remove("Content-Type");
        if (type.Length > 0)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return await SendAsync(request, headers);
    }

    private MembershipReport Report() => new(
        Members, [new EndedMember(Guid.Empty, "nine", "nine:8560", MemberState.Dead, TimeSpan.FromMinutes(1), "its lease was over.")],
        TimeSpan.Zero);

    /// <summary>Ends as the program does: what is under way is finished.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Entities.DisposeAsync();
    }

    private Task<(int Status, JsonElement Body)> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers) =>
        Http.AnswerAsync(request, headers);

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
