using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>A collector as far as a sender sees it: takes OTLP over http/protobuf on loopback and keeps it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _web;

    private OtlpReceiver(WebApplication web) => _web = web;

    public string Address => _web.Urls.Single();
    public ConcurrentQueue<(string Path, string? Type, string? Key, byte[] Body)> Requests { get; } = new();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._web.MapPost("/v1/{signal}", async (HttpContext call) =>
        {
            using var body = new MemoryStream();
            await call.Request.Body.CopyToAsync(body);
            receiver.Requests.Enqueue((call.Request.Path, call.Request.ContentType, call.Request.Headers["x-key"], body.ToArray()));
        });
        await receiver._web.StartAsync();
        return receiver;
    }

    /// <summary>Everything that came for a signal; the strings in protobuf are plain UTF-8.</summary>
    public string Received(string path) => string.Concat(Requests.Where(request => request.Path == path).Select(request => Encoding.UTF8.GetString(request.Body)));

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
