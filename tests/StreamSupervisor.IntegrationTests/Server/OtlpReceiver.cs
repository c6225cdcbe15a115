using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>A collector as far as a sender sees it: takes OTLP on loopback, over http/protobuf or over gRPC, and keeps it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _web;

    private OtlpReceiver(WebApplication web) => _web = web;

    public string Address => _web.Urls.Single();
    public ConcurrentQueue<(string Path, string? Type, string? Key, byte[] Body)> Requests { get; } = new();

    public static async Task<OtlpReceiver> StartAsync(string protocol = "http/protobuf")
    {
        var isGrpc = protocol == "grpc";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._web.MapPost(isGrpc ? "/opentelemetry.proto.collector.{signal}.v1.{service}/Export" : "/v1/{signal}", async (HttpContext call) =>
        {
            using var body = new MemoryStream();
            await call.Request.Body.CopyToAsync(body);
            var signal = call.Request.RouteValues["signal"] is "trace" ? "traces" : call.Request.RouteValues["signal"];
            receiver.Requests.Enqueue(($"/v1/{signal}", call.Request.ContentType, call.Request.Headers["x-key"], body.ToArray()));
            if (isGrpc)
            {
                // An empty message behind its five bytes of prefix, and the status where gRPC has it.
                call.Response.ContentType = "application/grpc";
                await call.Response.Body.WriteAsync(new byte[5]);
                call.Response.AppendTrailer("grpc-status", "0");
            }
        });
        await receiver._web.StartAsync();
        return receiver;
    }

    /// <summary>Everything that came for a signal; the strings in protobuf are plain UTF-8.</summary>
    public string Received(string path) => string.Concat(Requests.Where(request => request.Path == path).Select(request => Encoding.UTF8.GetString(request.Body)));

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
