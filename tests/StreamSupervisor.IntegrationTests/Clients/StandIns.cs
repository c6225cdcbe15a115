using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StreamSupervisor.IntegrationTests.Clients;

/// <summary>
/// What stands in for the encoders that clients run: a call with the address to publish to, which lasts as long as the encoder runs and is
/// answered with how it ended. Beside it the way to the supervisor, on which the calls of the clients are written down.
/// </summary>
internal sealed class StandIns : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Channel<StandIn>> _arrivals = new(StringComparer.Ordinal);
    private readonly HttpClient _http;
    private readonly WebApplication _web;
    private ImmutableList<RelayedCall> _calls = [];

    private StandIns(Uri supervisor)
    {
        _http = new HttpClient { BaseAddress = supervisor };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.MapPost("/on-air/{name}", ArriveAsync);
        _web.Map("/api/{**path}", RelayAsync);
    }

    /// <summary>Where clients ask the supervisor.</summary>
    public string Address => _web.Urls.First();

    /// <summary>What was asked and answered so far, in the order of the answers.</summary>
    public ImmutableList<RelayedCall> Calls => Volatile.Read(ref _calls);

    public static async Task<StandIns> StartAsync(string supervisor)
    {
        var started = new StandIns(new Uri(supervisor));
        await started._web.StartAsync();
        return started;
    }

    /// <summary>What the encoder of a name calls.</summary>
    public string CallOf(string name) => $"{Address}/on-air/{name}";

    /// <summary>The next encoder of a name that was started.</summary>
    public ValueTask<StandIn> NextAsync(string name) => ArrivalsOf(name).Reader.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _http.Dispose();
    }

    private Channel<StandIn> ArrivalsOf(string name) => _arrivals.GetOrAdd(name, _ => Channel.CreateUnbounded<StandIn>());

    private async Task<IResult> ArriveAsync(HttpContext call, string name)
    {
        using var reader = new StreamReader(call.Request.Body);
        var encoder = new StandIn(await reader.ReadToEndAsync());
        ArrivalsOf(name).Writer.TryWrite(encoder);
        return await encoder.EndAsync(call.RequestAborted) ? Results.Ok() : Results.StatusCode(StatusCodes.Status500InternalServerError);
    }

    private async Task RelayAsync(HttpContext call)
    {
        var path = $"{call.Request.Path}{call.Request.QueryString}";
        using var request = new HttpRequestMessage(new HttpMethod(call.Request.Method), path);
        using var reader = new StreamReader(call.Request.Body);
        var asked = await reader.ReadToEndAsync();
        if (asked.Length > 0)
        {
            request.Content = new StringContent(asked);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.Request.ContentType!);
        }

        using var response = await _http.SendAsync(request, call.RequestAborted);
        var body = await response.Content.ReadAsStringAsync(call.RequestAborted);
        ImmutableInterlocked.Update(ref _calls, calls => calls.Add(new RelayedCall($"{request.Method} {path} {asked}", (int)response.StatusCode, body)));
        call.Response.StatusCode = (int)response.StatusCode;
        if (body.Length > 0)
        {
            call.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await call.Response.WriteAsync(body, call.RequestAborted);
        }
    }
}

/// <summary>One call of a client and its answer.</summary>
internal sealed record RelayedCall(string Call, int Status, string Answer);

/// <summary>One run of an encoder.</summary>
/// <param name="url">Where it was told to publish.</param>
internal sealed class StandIn(string url)
{
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Url => url;

    /// <summary>Ends when the client has ended it.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>It ends because its stream was lost.</summary>
    public void Lose() => _ended.TrySetResult(false);

    /// <summary>It ends because the broadcast is over.</summary>
    public void Finish() => _ended.TrySetResult(true);

    /// <returns>Whether it ended well.</returns>
    public async Task<bool> EndAsync(CancellationToken hungUp)
    {
        try
        {
            return await _ended.Task.WaitAsync(hungUp);
        }
        catch (OperationCanceledException)
        {
            _stopped.TrySetResult();
            throw;
        }
    }
}
