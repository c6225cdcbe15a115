using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Http;

/// <summary>
/// A simulated SRS server whose API is served over real HTTP on loopback, and whose hooks are sent by a real HTTP client. Its encoders are
/// simulated still: nothing speaks RTMP.
/// </summary>
public sealed class SimulatedSrsServer : IAsyncDisposable
{
    private readonly SerialContext context;
    private readonly HookSender hooks;
    private readonly SimulatedSrs srs;
    private readonly WebApplication web;

    private SimulatedSrsServer(SimulatedSrsOptions options, IReadOnlyDictionary<string, ImmutableArray<Uri>> hookUrls, int seed, int port,
        SerialContext context)
    {
        this.context = context;
        hooks = new HookSender(options.Model, hookUrls);
        srs = new SimulatedSrs(options, TimeProvider.System, new Random(seed), hooks.SendAsync, hooks.AskCoworkerAsync);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        web = builder.Build();
        web.Run(ServeAsync);
    }

    /// <summary>Where its API listens, without a slash at the end.</summary>
    public string ApiAddress { get; private set; } = "";

    /// <summary>Starts a server.</summary>
    /// <param name="hookUrls">The URLs of each hook, by its name (<see cref="HookActions"/>).</param>
    /// <param name="seed">Of ids and jitter. What comes from real sockets is not repeatable.</param>
    /// <param name="port">0: any free one.</param>
    public static Task<SimulatedSrsServer> StartAsync(SimulatedSrsOptions options,
        IReadOnlyDictionary<string, ImmutableArray<Uri>> hookUrls, int seed = 1,
        int port = 0, CancellationToken cancellation = default) =>
        StartAsync(options, hookUrls, seed, port, new SerialContext(), cancellation);

    /// <summary>Starts a server that sends all its hooks to one URL; null: no hooks.</summary>
    public static Task<SimulatedSrsServer> StartAsync(SimulatedSrsOptions options, Uri? hookUrl, int seed = 1, int port = 0,
        CancellationToken cancellation = default) =>
        StartAsync(options, AllTo(hookUrl), seed, port, cancellation);

    /// <summary>Works on the core. It is not safe to touch from outside: everything goes through here.</summary>
    public Task<T> RunAsync<T>(Func<SimulatedSrs, Task<T>> work) => context.RunAsync(() => work(srs));

    /// <summary>Works on the core.</summary>
    public Task<T> RunAsync<T>(Func<SimulatedSrs, T> work) => context.RunAsync(() => work(srs));

    /// <summary>Works on the core.</summary>
    public Task RunAsync(Action<SimulatedSrs> work) => context.RunAsync(() =>
    {
        work(srs);
        return true;
    });

    /// <summary>Sends the hooks elsewhere from now on, as after a reload of <c>srs.conf</c>; null: no hooks any more.</summary>
    public Task SendHooksToAsync(Uri? url) => SendHooksToAsync(AllTo(url));

    /// <summary>Sends the hooks elsewhere from now on, as after a reload of <c>srs.conf</c>.</summary>
    public Task SendHooksToAsync(IReadOnlyDictionary<string, ImmutableArray<Uri>> urls) => RunAsync(_ => { hooks.Urls = urls; });

    public async ValueTask DisposeAsync()
    {
        await RunAsync(core => core.Stop());
        await web.StopAsync();
        await web.DisposeAsync();
        hooks.Dispose();
    }

    internal static async Task<SimulatedSrsServer> StartAsync(SimulatedSrsOptions options,
        IReadOnlyDictionary<string, ImmutableArray<Uri>> hookUrls, int seed,
        int port, SerialContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(hookUrls);
        var server = new SimulatedSrsServer(options, hookUrls, seed, port, context);
        await server.web.StartAsync(cancellation);
        server.ApiAddress = server.web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    internal SimulatedSrs Core => srs;

    private static Dictionary<string, ImmutableArray<Uri>> AllTo(Uri? url)
    {
        var urls = new Dictionary<string, ImmutableArray<Uri>>(StringComparer.Ordinal);
        if (url is not null)
        {
            foreach (var action in HookActions.All)
            {
                urls[action] = [url];
            }
        }

        return urls;
    }

    private async Task ServeAsync(HttpContext http)
    {
        SimulatedApiResponse answer;
        try
        {
            var request = http.Request;
            var authorization = (string?)request.Headers.Authorization;
            // As it was sent: SRS decodes nothing.
            var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            answer = await RunAsync(core => core.CallApiAsync(request.Method, target, authorization, http.RequestAborted));
        }
        catch (SimulatedApiUnreachableException)
        {
            http.Abort();
            return;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        var body = Encoding.UTF8.GetBytes(answer.Body);
        if (answer.Status != StatusCodes.Status401Unauthorized)
        {
            http.Response.ContentLength = body.Length;
        }

        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
