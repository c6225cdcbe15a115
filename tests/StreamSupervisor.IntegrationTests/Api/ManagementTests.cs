using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.IntegrationTests.Api;

public class ManagementTests
{
    [Fact]
    public async Task Health_and_metrics_answer_on_their_own_listener_only()
    {
        using var metrics = new PrometheusExporter(["test.management"]);
        using var meter = new Meter("test.management");
        meter.CreateCounter<long>("kicks").Add(2);
        var readiness = new Readiness();
        var management = new HashSet<int>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0");
        builder.Services.AddSingleton(readiness).AddSingleton(metrics);
        await using var app = builder.Build();
        ManagementEndpoints.Map(app).OnListener(management);
        var own = new HashSet<int>();
        app.MapGet("/api/own", () => "yes").OnListener(own);
        await app.StartAsync();
        var ports = app.Urls.Select(url => new Uri(url).Port).ToList();
        management.Add(ports[0]);
        own.Add(ports[1]);
        using var http = new HttpClient();

        async Task<(HttpStatusCode Status, string Body, string? Type)> Get(int port, string path, string? host = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}{path}");
            request.Headers.Host = host;
            using var response = await http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.ToString());
        }

        (await Get(ports[0], "/alive")).ShouldBe((HttpStatusCode.OK, """{"status":"alive"}""", "application/json; charset=utf-8"));
        var starting = await Get(ports[0], "/ready");
        starting.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        starting.Body.ShouldBe("""{"status":"not-ready","reasons":{"start":"The supervisor is starting."}}""");
        readiness.Ready("start");
        (await Get(ports[0], "/ready")).Status.ShouldBe(HttpStatusCode.OK);
        readiness.WatchWarning("origins", () => "srs-2: its API is another server.");
        (await Get(ports[0], "/ready")).ShouldBe(
            (HttpStatusCode.OK, """{"status":"ready","warnings":{"origins":"srs-2: its API is another server."}}""", "application/json; charset=utf-8"));
        readiness.NotReady("storage", "The store does not answer.");
        (await Get(ports[0], "/ready")).Body.ShouldContain("\"storage\"");
        (await Get(ports[0], "/metrics")).ShouldBe((HttpStatusCode.OK, "# TYPE kicks_total counter\nkicks_total 2\n", PrometheusExporter.ContentType));

        (await Get(ports[1], "/alive")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await Get(ports[1], "/metrics", host: $"127.0.0.1:{ports[0]}")).Status.ShouldBe(HttpStatusCode.NotFound, "a Host header opens no listener");
        (await Get(ports[0], "/api/own")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await Get(ports[1], "/api/own")).Status.ShouldBe(HttpStatusCode.OK);
    }
}
