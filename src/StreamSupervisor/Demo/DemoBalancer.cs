using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace StreamSupervisor.Demo;

/// <summary>
/// The one address in front of several members: each request goes to the next that says ready, and to another one when that one
/// is gone before it answered. A small stand-in for HAProxy in <c>docker-compose.yml</c>.
/// </summary>
internal sealed class DemoBalancer : IAsyncDisposable
{
    private static readonly TimeSpan HealthEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>SRS hangs up after 30 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly (DemoMember Member, Health Health)[] _members;
    private readonly TimeProvider _time;
    private readonly WebApplication _web;
    private Task _watching = Task.CompletedTask;
    private int _next;

    private DemoBalancer(IEnumerable<DemoMember> members, TimeProvider time)
    {
        (_members, _time) = ([.. members.Select(member => (member, new Health()))], time);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(ForwardAsync);
    }

    public string Address { get; private set; } = "";

    public static async Task<DemoBalancer> StartAsync(IEnumerable<DemoMember> members, TimeProvider time, CancellationToken cancellation)
    {
        var balancer = new DemoBalancer(members, time);
        await balancer._web.StartAsync(cancellation);
        balancer.Address = balancer._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        balancer._watching = Task.WhenAll(balancer._members.Select(one => balancer.WatchAsync(one.Member, one.Health)));
        return balancer;
    }

    public bool IsReady(DemoMember member) => _members.First(one => one.Member == member).Health.IsReady;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await _web.DisposeAsync();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync(DemoMember member, Health health)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(member.Management, "/ready"), _stopping.Token);
                health.IsReady = answer.IsSuccessStatusCode;
                await Task.Delay(HealthEvery, _time, _stopping.Token);
            }
            catch (HttpRequestException)
            {
                health.IsReady = false;
                await Task.WhenAny(Task.Delay(HealthEvery, _time, _stopping.Token));
            }
            catch (OperationCanceledException)
            {
                // Stopped, or the member did not answer in time.
                health.IsReady = false;
            }
        }
    }

    private async Task ForwardAsync(HttpContext call)
    {
        using var reader = new MemoryStream();
        await call.Request.Body.CopyToAsync(reader, call.RequestAborted);
        var body = reader.ToArray();
        var start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < Patience)
        {
            if (Next() is not var (member, health))
            {
                await Task.Delay(Pause, _time, call.RequestAborted);
                continue;
            }

            try
            {
                await AskAsync(member, call, body);
                return;
            }
            catch (HttpRequestException) when (!call.Response.HasStarted)
            {
                // It died with the question in hand, or before. The same attempt hears the same answer from another one.
                health.IsReady = false;
            }
        }

        call.Response.StatusCode = StatusCodes.Status502BadGateway;
    }

    private async Task AskAsync(DemoMember member, HttpContext call, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Request.Method),
            new Uri(member.Http, call.Request.Path + call.Request.QueryString.Value));
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", call.Request.ContentType);
        }

        using var response = await _http.SendAsync(request, call.RequestAborted);
        var answer = await response.Content.ReadAsByteArrayAsync(call.RequestAborted);
        call.Response.StatusCode = (int)response.StatusCode;
        call.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        call.Response.ContentLength = answer.Length;
        await call.Response.Body.WriteAsync(answer, call.RequestAborted);
    }

    private (DemoMember Member, Health Health)? Next()
    {
        for (var tries = 0; tries < _members.Length; tries++)
        {
            var one = _members[(uint)Interlocked.Increment(ref _next) % _members.Length];
            if (one.Health.IsReady)
            {
                return one;
            }
        }

        return null;
    }

    private sealed class Health
    {
        private volatile bool _ready;

        public bool IsReady
        {
            get => _ready;
            set => _ready = value;
        }
    }
}
