using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace StreamSupervisor.Server.Peers;

/// <summary>How a request to a member ended. Zero never means that it arrived.</summary>
internal enum PeerCallOutcome
{
    /// <summary>It may have arrived, and may have been carried out.</summary>
    Unknown,

    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>It certainly did not arrive: no connection came about.</summary>
    NotSent,
}

/// <summary>The answer to a request, or why there is none.</summary>
internal readonly record struct PeerResponse(PeerCallOutcome Outcome, byte[] Body, string Why);

/// <summary>
/// Sends signed requests to members: HTTP/2, without TLS by prior knowledge or with it, as the scheme of the member's address says; one
/// connection per member as long as its streams suffice, watched by pings so that one that is cut is noticed within seconds.
/// <para>
/// What it knows for certain is told by the body of the request: as long as HTTP has not asked for the first byte of it, nothing of it can
/// have reached a member, whatever broke (refused, timed out, name not found, TLS). From then on the outcome is unknown until an
/// answer is there. Rejected: to conclude it from kinds of exceptions, which differ between versions of .NET and hide a
/// connection that was reused.
/// </para>
/// </summary>
internal sealed class PeerClient : IDisposable
{
    public const string ProtocolHeader = "X-Peer-Protocol";

    /// <summary>Grows when an older member would misunderstand what is sent, not with each new field or command.</summary>
    public const string Protocol = "1";

    private const int MaxAnswer = 4 * 1024 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly TimeSpan ComplainEvery = TimeSpan.FromSeconds(10);

    private readonly PeerSignature _signature;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly System.Threading.Lock _gate = new();
    private long? _complainedAt;

    public PeerClient(PeerSignature signature, TimeProvider time, ILogger<PeerClient> logger)
    {
        _signature = signature;
        _time = time;
        _logger = logger;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = DistributedContextPropagator.Current,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(2),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswer,
        };
    }

    /// <summary>Posts a body to a member.</summary>
    /// <param name="baseUrl">The member's address.</param>
    /// <param name="path">One of the paths of <see cref="PeerEndpoints"/>.</param>
    /// <param name="body">JSON.</param>
    /// <param name="within">Gives up after this.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>Throws nothing.</returns>
    public async Task<PeerResponse> PostAsync(string baseUrl, string path, byte[] body, TimeSpan within, CancellationToken cancellation)
    {
        using var content = new WatchedContent(body);
        if (!Uri.TryCreate(baseUrl.TrimEnd('/') + path, UriKind.Absolute, out var address))
        {
            return new PeerResponse(PeerCallOutcome.NotSent, [], $"'{baseUrl}' is no address");
        }

        var (time, nonce, signature) = _signature.Sign("POST", address.PathAndQuery, body);
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers =
            {
                { ProtocolHeader, Protocol },
                { PeerSignature.TimeHeader, time },
                { PeerSignature.NonceHeader, nonce },
                { PeerSignature.SignatureHeader, signature },
            },
        };
        if (Activity.Current is { Recorded: true, Id: { } span })
        {
            // HTTP would name a span of its own here, which no trace shows.
            request.Headers.Add("traceparent", span);
        }

        using var deadline = new CancellationTokenSource(within > TimeSpan.Zero ? within : TimeSpan.Zero, _time);
        using var stop = cancellation.UnsafeRegister(static deadline => ((CancellationTokenSource)deadline!).Cancel(), deadline);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var answer = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return new PeerResponse(PeerCallOutcome.Answered, answer, "");
            }

            // Also where it says that it refuses: a request that was sent again inside HTTP may have been carried out the first time.
            Complain(baseUrl, response.StatusCode);
            return new PeerResponse(PeerCallOutcome.Unknown, [], $"{baseUrl} answered HTTP {(int)response.StatusCode}");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException)
        {
            var why = failure is OperationCanceledException ? $"{baseUrl} did not answer in time" : $"{baseUrl}: {failure.Message}";
            return new PeerResponse(content.Touched ? PeerCallOutcome.Unknown : PeerCallOutcome.NotSent, [], why);
        }
    }

    public void Dispose() => _http.Dispose();

    private void Complain(string baseUrl, HttpStatusCode status)
    {
        lock (_gate)
        {
            if (_complainedAt is { } last && _time.GetElapsedTime(last) < ComplainEvery)
            {
                return;
            }

            _complainedAt = _time.GetTimestamp();
        }

        _logger.LogError(
            "The member at {Address} answers HTTP {Status} to what this member sends. 401: cluster.secret differs, or the clocks are more than {Seconds} s apart; 404: the address is not its cluster.listen; 400: it runs an incompatible version.",
            baseUrl, (int)status, PeerSignature.Tolerance.TotalSeconds);
    }

    /// <summary>A body that knows whether anything was taken from it.</summary>
    private sealed class WatchedContent : HttpContent
    {
        private readonly byte[] _body;
        private volatile bool _touched;

        public WatchedContent(byte[] body)
        {
            _body = body;
            Headers.ContentType = Json;
        }

        public bool Touched => _touched;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _touched = true;
            return stream.WriteAsync(_body, cancellationToken).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
