using System.Buffers;
using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Observability;

namespace StreamSupervisor.Server.Peers;

/// <summary>
/// Where other members reach this one. Nothing is looked at before the signature has been found good: a request without one ends before its
/// body is read. Whoever is refused learns nothing but that.
/// </summary>
internal sealed class PeerEndpoints
{
    public const string AskPath = "/peers/v1/ask";
    public const string TellPath = "/peers/v1/tell";
    public const string LooksPath = "/peers/v1/looks";
    public const string ClosedPath = "/peers/v1/closed";

    /// <summary>The longest encoder's query is in the identity at most; a key has 512 characters.</summary>
    private const int MaxAsk = 64 * 1024;

    /// <summary>A full batch of tells, or of closed clients.</summary>
    private const int MaxBatch = 2 * 1024 * 1024;

    /// <summary>A node with 100,000 streams.</summary>
    private const int MaxLook = 32 * 1024 * 1024;

    /// <summary>Publishers that are held at once, on one connection: each keeps a stream of it open for as long as it waits.</summary>
    private const int StreamsPerConnection = 4096;
    private static readonly TimeSpan LogStrangersEvery = TimeSpan.FromSeconds(1);
    private static readonly byte[] Unauthorized = """{"type":"about:blank","title":"Unauthorized","status":401}"""u8.ToArray();

    private readonly IPeerHost _host;
    private readonly PeerSignature _signature;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly System.Threading.Lock _gate = new();
    private long? _strangersLoggedAt;
    private int _strangers;

    private PeerEndpoints(IPeerHost host, PeerSignature signature, TimeProvider time, ILogger logger)
    {
        _host = host;
        _signature = signature;
        _time = time;
        _logger = logger;
    }

    /// <summary>What the listener of the members needs: HTTP/2 only, by prior knowledge.</summary>
    public static void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.KestrelServerOptions.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        listen.KestrelServerOptions.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
        listen.KestrelServerOptions.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>Maps the four paths; to be bound to the listener of the members alone.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, IPeerHost host, PeerSignature signature, TimeProvider time, ILogger logger)
    {
        var peers = new PeerEndpoints(host, signature, time, logger);
        var group = endpoints.MapGroup("").ExcludeFromDescription();
        group.MapPost(AskPath, call => peers.HandleAsync(call, MaxAsk, peers.AskAsync));
        group.MapPost(TellPath, call => peers.HandleAsync(call, MaxBatch, peers.TellAsync));
        group.MapPost(LooksPath, call => peers.HandleAsync(call, MaxLook, peers.LookedAsync));
        group.MapPost(ClosedPath, call => peers.HandleAsync(call, MaxBatch, peers.ClosedAsync));
        return group;
    }

    private async Task HandleAsync(HttpContext call, int maxBody, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> handle)
    {
        var headers = call.Request.Headers;
        var (time, nonce, signature) =
            (headers[PeerSignature.TimeHeader].ToString(), headers[PeerSignature.NonceHeader].ToString(), headers[PeerSignature.SignatureHeader].ToString());
        if (signature.Length == 0 || nonce.Length == 0 || time.Length == 0)
        {
            await RefuseAsync(call, PeerVerdict.Unsigned);
            return;
        }

        if (call.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBody;
        }

        byte[]? rented = null;
        try
        {
            (rented, var length) = await ReadAsync(call.Request, maxBody, call.RequestAborted);
            if (rented is null)
            {
                await RefuseAsync(call, PeerVerdict.Unsigned); // no member sends so much
                return;
            }

            var body = rented.AsMemory(0, length);
            var verdict = _signature.Verify(call.Request.Method, call.Request.Path + call.Request.QueryString, time, nonce, signature, body.Span);
            if (verdict != PeerVerdict.Accepted)
            {
                await RefuseAsync(call, verdict);
                return;
            }

            call.Response.Headers[PeerClient.ProtocolHeader] = PeerClient.Protocol;
            if (headers[PeerClient.ProtocolHeader] != PeerClient.Protocol)
            {
                await WriteAsync(call, StatusCodes.Status400BadRequest, """{"type":"about:blank","title":"Unknown protocol","status":400}"""u8.ToArray(), "application/problem+json");
                return;
            }

            await WriteAsync(call, StatusCodes.Status200OK, await handle(body, call.RequestAborted), MediaTypeNames.Application.Json);
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException)
        {
            // Signed by a member, so it is no stranger's: a version that does not fit.
            _logger.LogWarning("What the member at {Address} sent to {Path} can't be read: {Problem}", call.Connection.RemoteIpAddress, call.Request.Path, malformed.Message);
            await WriteAsync(call, StatusCodes.Status400BadRequest, """{"type":"about:blank","title":"Malformed","status":400}"""u8.ToArray(), "application/problem+json");
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            // It went away: there is nobody to answer.
            call.Abort();
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private async Task<byte[]> AskAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        string entityId;
        LiveStreamCommand command;
        TimeSpan wait;
        try
        {
            (entityId, command, wait) = PeerCodec.DecodeAsk(body.Span);
        }
        catch (FormatException problem)
        {
            // Answered instead of refused: the caller can tell its own caller what is wrong, and need not try again.
            return PeerCodec.EncodeAnswer(new(AskResult<LiveStreamReply>.Not(AskStatus.Failed, problem.Message), NotOwner: false));
        }

        using var span = RequestTrace.Continue("peer");
        return PeerCodec.EncodeAnswer(await _host.AskLocalAsync(entityId, command, wait, cancellation));
    }

    private Task<byte[]> TellAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var tells = PeerCodec.DecodeTells(body.Span, out var unread);
        if (unread is not null)
        {
            _logger.LogWarning("A message of another member is left out: {Problem}", unread);
        }

        var refused = new List<int>();
        foreach (var (position, entityId, command) in tells)
        {
            if (!_host.TellLocal(entityId, command))
            {
                refused.Add(position);
            }
        }

        return Task.FromResult(JsonSerializer.SerializeToUtf8Bytes(new PeerTaken(refused), PeerWire.Json.PeerTaken));
    }

    private Task<byte[]> LookedAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        _host.Looked(JsonSerializer.Deserialize(body.Span, PeerWire.Json.OriginLook) ?? throw new FormatException("The look is empty."));
        return Task.FromResult("{}"u8.ToArray());
    }

    private Task<byte[]> ClosedAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        foreach (var (origin, client) in JsonSerializer.Deserialize(body.Span, PeerWire.Json.PeerCloses)?.Closes ?? [])
        {
            _host.Closed(origin, client);
        }

        return Task.FromResult("{}"u8.ToArray());
    }

    private static async Task<(byte[]? Rented, int Length)> ReadAsync(HttpRequest request, int max, CancellationToken cancellation)
    {
        if (request.ContentLength > max)
        {
            return (null, 0);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength + 1 ?? 4096, max + 1));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellation);
                length += read;
                if (length > max)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return (null, 0);
                }

                if (read == 0)
                {
                    return (buffer, length);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private Task RefuseAsync(HttpContext call, PeerVerdict verdict)
    {
        PeerTelemetry.Rejected(verdict);
        NoteStranger(call, verdict);
        return WriteAsync(call, StatusCodes.Status401Unauthorized, Unauthorized, "application/problem+json");
    }

    private static Task WriteAsync(HttpContext call, int status, byte[] bytes, string type)
    {
        call.Response.StatusCode = status;
        call.Response.ContentType = type;
        call.Response.ContentLength = bytes.Length;
        return call.Response.Body.WriteAsync(bytes, 0, bytes.Length, call.RequestAborted);
    }

    private void NoteStranger(HttpContext call, PeerVerdict verdict)
    {
        int strangers;
        lock (_gate)
        {
            _strangers++;
            if (_strangersLoggedAt is { } last && _time.GetElapsedTime(last) < LogStrangersEvery)
            {
                return;
            }

            _strangersLoggedAt = _time.GetTimestamp();
            strangers = _strangers;
            _strangers = 0;
        }

        _logger.LogWarning("Refused {Count} request(s) at the members' listener, the last from {Address}: {Verdict}. If it is a member, compare cluster.secret and the clocks.",
            strangers, call.Connection.RemoteIpAddress, verdict);
    }
}
