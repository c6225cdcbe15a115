using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>A message as a receiver sees it.</summary>
/// <param name="Status">What it was answered; 0: nothing.</param>
internal sealed record ReceivedMessage(string Id, string Type, string Subject, long Sequence, JsonElement Event, int Status, string Path);

/// <summary>
/// A receiver of webhooks as people write them: it looks at the signature by itself, and takes, refuses or keeps waiting as a test wants.
/// It can go away and come back at its address.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly string _address = FreePort.Address();
    private WebApplication? _web;

    /// <summary>24 bytes in base64, as anybody might have made them.</summary>
    public static string Secret { get; } = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    /// <summary>Everything that came, in its order, what was refused too.</summary>
    public ConcurrentQueue<ReceivedMessage> Messages { get; } = new();

    /// <summary>What was wrong with what came.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>What a message is answered; asked when it has come.</summary>
    public Func<ReceivedMessage, Task<int>> Answer { get; set; } = _ => Task.FromResult(StatusCodes.Status204NoContent);

    /// <summary>Headers of each answer.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>What it took.</summary>
    public IReadOnlyList<ReceivedMessage> Taken => [.. Messages.Where(message => message.Status is >= 200 and < 300)];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver.ComeBackAsync();
        return receiver;
    }

    public string UrlOf(string path = "hook") => $"{_address}/{path}";

    /// <summary>Its settings, in HOCON.</summary>
    public string Hocon(string path = "hook", string more = "") => $$"""{ url = "{{UrlOf(path)}}", secret = "{{Secret}}", {{more}} }""";

    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_address);
        _web = builder.Build();
        _web.MapPost("/{path}", ReceiveAsync);
        await _web.StartAsync();
    }

    /// <summary>Nothing listens at its address any more; what is under way is cut off.</summary>
    public async Task GoAwayAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await _web!.StopAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            // Who waits for an answer does not get it.
        }

        await _web!.DisposeAsync();
        _web = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await GoAwayAsync();
        }
    }

    private async Task ReceiveAsync(HttpContext call)
    {
        using var body = new MemoryStream();
        await call.Request.Body.CopyToAsync(body, call.RequestAborted);
        var (id, timestamp) = (call.Request.Headers["webhook-id"].ToString(), call.Request.Headers["webhook-timestamp"].ToString());
        Check(call, id, timestamp, body.ToArray());
        var message = Read(id, body.ToArray(), call.Request.Path);
        var status = await Answer(message);
        Messages.Enqueue(message with { Status = status });
        foreach (var (name, value) in Headers)
        {
            call.Response.Headers[name] = value;
        }

        call.Response.StatusCode = status;
    }

    private void Check(HttpContext call, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), signed));
        if (!call.Request.Headers["webhook-signature"].ToString().Split(' ').Contains(expected))
        {
            Faults.Enqueue($"{id} is not signed");
        }

        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        if (age.Duration() > TimeSpan.FromMinutes(5))
        {
            Faults.Enqueue($"{id} is {age} old");
        }

        if (call.Request.ContentType != "application/cloudevents+json; charset=utf-8")
        {
            Faults.Enqueue($"{id} is of the type {call.Request.ContentType}");
        }
    }

    private ReceivedMessage Read(string id, byte[] body, string path)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement.Clone();
        if (root.GetProperty("id").GetString() != id || root.GetProperty("specversion").GetString() != "1.0")
        {
            Faults.Enqueue($"{id} is no cloud event of this id");
        }

        return new ReceivedMessage(id, root.GetProperty("type").GetString()!, root.GetProperty("subject").GetString()!,
            long.Parse(root.GetProperty("sequence").GetString()!, CultureInfo.InvariantCulture), root, 0, path);
    }
}
