using System.Globalization;
using System.Net.Sockets;
using System.Text;
using StreamSupervisor.Fuzz;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>One request that somebody gets wrong: a body, an address, a header, or every byte of it.</summary>
/// <param name="IsHttp">Whether it is a whole request all the same, which must be answered.</param>
internal sealed record BadInput(byte[] Bytes, bool IsHttp, bool IsManaged)
{
    private const int LongestAnswer = 256 * 1024;
    private const string Json = "application/json";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly (string Method, string Path, string Body)[] Calls =
    [
        ("GET", "/api/v1/streams?limit=50&cursor=X19k&q=cam&state=live&origin=srs-1", ""),
        ("GET", "/api/v1/streams/-/live/cam1", ""),
        ("GET", "/api/v1/streams/-/live/cam1/timeline?limit=5&before=7000", ""),
        ("GET", "/api/v1/streams/-/live/cam1/explain?clientId=c1&at=2026-01-01T00:00:00Z", ""),
        ("GET", "/api/v1/streams/-/a/b%2Fc/cam1", ""),
        ("POST", "/api/v1/streams/-/live/cam1/kick", """{"why":"a test","by":"ann","ifGeneration":7,"dryRun":true}"""),
        ("POST", "/api/v1/streams/-/live/cam1/release", """{"why":"a test","by":"ann"}"""),
        ("POST", "/api/v1/streams/-/live/cam1/lock", """{"why":"a test","by":"ann"}"""),
        ("POST", "/api/v1/streams/-/live/cam1/unlock", """{"why":"a test","by":"ann"}"""),
        ("POST", "/api/v1/streams/-/live/cam1/pin", """{"why":"a test","identity":"ann"}"""),
        ("GET", "/api/v1/origins?limit=1&cursor=c3JzLTE=", ""),
        ("PUT", "/api/v1/origins/srs-1", """{"draining":false,"why":"a test"}"""),
        ("GET", "/api/v1/events?limit=10&after=5&kind=admitted&key=live%2F*", ""),
        ("GET", "/api/v1/attempts?q=10.0.0.7&limit=10&since=1h", ""),
        ("GET", "/api/v1/reasons", ""),
        ("GET", "/api/v1/me", ""),
        ("POST", "/api/v1/registrations", """{"key":"live/registered","encoderId":"ann","attempt":1,"tries":2,"wait":0}"""),
        ("PUT", "/api/v1/registrations/nobody", """{"attempt":2}"""),
        ("GET", "/api/v1/registrations/nobody?wait=1", ""),
        ("DELETE", "/api/v1/registrations/nobody?endOfBroadcast=true", ""),
        ("GET", "/cluster/members/akka.tcp:%2F%2Fa@127.0.0.1:1", ""),
        ("PUT", "/cluster/members/nobody", "operation=Leave"),
        ("GET", "/cluster/shards/1", ""),
        ("GET", "/metrics", ""),
        ("GET", "/ready?verbose=1", ""),
    ];

    private static readonly string[] Headers =
    [
        "Accept: text/html;q=0.1, */*", "Content-Type: application/json; charset=utf-16", "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded", "Content-Encoding: gzip", "Transfer-Encoding: chunked", "Content-Length: 7",
        "Authorization: Bearer x", "Authorization: Basic ====", "Cookie: a=b", "If-None-Match: \"x\"", "Range: bytes=0-", "Expect: 100-continue",
        "Last-Event-ID: 7", "Traceparent: 00-00-00-00", "Host: [::", "Upgrade: websocket", "X-HTTP-Method-Override: DELETE",
    ];

    private static readonly byte[][] Hooks = [.. Corpus.Of("hook").Select(kept => kept.Bytes)];

    /// <param name="token">The hook token of a server.</param>
    public static BadInput Of(Random random, string token)
    {
        var (method, path, body) = Calls[random.Next(Calls.Length)];
        switch (random.Next(10))
        {
            case < 4:
                var hook = Mutation.Of(Hooks[random.Next(Hooks.Length)], Hooks[random.Next(Hooks.Length)], random);
                var to = random.Next(8) == 0 ? "heartbeat" : "hooks";
                return Request("POST", $"/{to}/v1/{(random.Next(20) == 0 ? Bad(token, random) : token)}", [], hook);
            case < 6:
                return Request(method, "/" + Bad(path[1..], random), [], Encoding.UTF8.GetBytes(body));
            case < 8:
                (method, path, body) = Calls.Where(call => call.Body.Length > 0).ElementAt(random.Next(Calls.Count(call => call.Body.Length > 0)));
                return Request(method, path, [], Mutation.Of(Encoding.UTF8.GetBytes(body), Hooks[random.Next(Hooks.Length)], random));
            case 8:
                var headers = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Headers[random.Next(Headers.Length)]).ToList();
                return Request(method, path, headers, Encoding.UTF8.GetBytes(body)) with { IsHttp = false };
            default:
                var whole = Request(method, path, [], Encoding.UTF8.GetBytes(body));
                return whole with { Bytes = Mutation.Of(whole.Bytes, Hooks[random.Next(Hooks.Length)], random), IsHttp = false };
        }
    }

    /// <summary>Sends it as it is.</summary>
    /// <returns>What came back until the connection was closed; empty where nothing did.</returns>
    public async Task<string> SendAsync(Uri listener, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(listener.Host, listener.Port, patience.Token);
        var (answer, buffer) = (new List<byte>(), new byte[16 * 1024]);
        try
        {
            await socket.Client.SendAsync(Bytes, patience.Token);
            if (!IsHttp)
            {
                // It may promise more than it has.
                socket.Client.Shutdown(SocketShutdown.Send);
            }

            while (answer.Count < LongestAnswer && await socket.Client.ReceiveAsync(buffer, patience.Token) is > 0 and var count)
            {
                answer.AddRange(buffer.AsSpan(0, count).ToArray());
            }
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && answer.Count > 0))
        {
            // Closed before all of it was sent, or a stream of events that goes on.
        }

        return Encoding.UTF8.GetString([.. answer]);
    }

    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    private static BadInput Request(string method, string path, IReadOnlyCollection<string> headers, byte[] body)
    {
        var isManaged = new[] { "/cluster", "/metrics", "/ready" }.Any(start => path.StartsWith(start, StringComparison.Ordinal));
        var type = body is [(byte)'o', ..] ? "application/x-www-form-urlencoded" : Json;
        var head = $"{method} {path} HTTP/1.1\r\n{string.Concat(headers.Select(header => header + "\r\n"))}";
        head += headers.Any(header => header.StartsWith("Host", StringComparison.Ordinal)) ? "" : "Host: localhost\r\n";
        head += headers.Any(header => header.StartsWith("Content-", StringComparison.Ordinal)) || body.Length == 0 ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\nContent-Length: {body.Length}\r\n");
        return new BadInput([.. Encoding.UTF8.GetBytes(head + "Connection: close\r\n\r\n"), .. body], IsHttp: true, isManaged);
    }

    /// <summary>A part of an address that is none; what would end the line of the request is written as it must be there.</summary>
    private static string Bad(string part, Random random) => string.Concat(
        Mutation.Of(Encoding.UTF8.GetBytes(part), "../%2e%2e/%00?limit=-1&limit=1e9&cursor=%ff"u8.ToArray(), random)
            .Select(one => one is > 32 and < 127 ? ((char)one).ToString() : $"%{one:X2}"));
}
