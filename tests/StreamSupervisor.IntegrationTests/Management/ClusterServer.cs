using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>The cluster endpoints on a real listener on a free port, over a <see cref="FakeCluster"/>.</summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ClusterServer(WebApplication app, FakeCluster cluster)
    {
        (_app, Cluster, Address) = (app, cluster, new Uri(app.Urls.First()));
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public FakeCluster Cluster { get; }
    public Uri Address { get; }
    public HttpClient Http { get; }

    /// <summary>Where the calls seem to come from.</summary>
    public IPAddress Caller { get; set; } = IPAddress.Loopback;

    public static async Task<ClusterServer> StartAsync(IEnumerable<string>? allow = null, bool isAlone = false, params ApiKeyOptions[] keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var cluster = new FakeCluster(isAlone);
        builder.Services.AddSingleton(cluster.Context(new ApiOptions { Keys = [.. keys] }, new ManagementOptions { Allow = [.. allow ?? []] }));
        ClusterServer? server = null;
        var app = builder.Build();
        app.Use((call, next) =>
        {
            call.Connection.RemoteIpAddress = server!.Caller;
            return next(call);
        });
        app.UseRouting();
        ClusterEndpoints.Map(app);
        ClusterEndpoints.MapForReaders(app);
        await app.StartAsync();
        return server = new ClusterServer(app, cluster);
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    /// <param name="form">Fields such as <c>operation=Leave</c>.</param>
    public Task<(int Status, JsonElement Body)> PutAsync(string path, string form, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Put, path) { Content = new StringContent(form, null, "application/x-www-form-urlencoded") }, headers);

    public Task<(int Status, JsonElement Body)> SendAsync(HttpRequestMessage request, params (string Name, string Value)[] headers) =>
        Http.AnswerAsync(request, headers);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
