using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using Refit;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// The HTTP under one SRS server's API. A call passes, from outside to inside: the circuit and the gate (<see cref="SrsGateHandler"/>), the
/// timeout and the one retry (Polly), the transport (<see cref="SrsTransportHandler"/>). The gate is outside, so that waiting for a place
/// does not count against the timeout; the retry has no pause, so that a place is held only while a call runs.
/// </summary>
internal sealed class SrsConnection : IDisposable
{
    private const HttpRequestError TooLong = HttpRequestError.ConfigurationLimitExceeded;

    /// <summary>A body that is no UTF-8 can become three times as long (<see cref="LenientUtf8"/>).</summary>
    private static readonly int MostThatCanBeRepaired = Array.MaxLength / 3;

    private readonly HttpClient _http;

    public SrsConnection(SrsEndpoint endpoint, SrsApiOptions options, TimeProvider time, ILogger logger)
    {
        Endpoint = endpoint;
        Options = options;
        var circuit = new SrsCircuit(endpoint.Name, options.BreakAfter, options.BreakFor, time, logger);
        var handlers = new SrsGateHandler(endpoint, new SrsGate(options.MaxConcurrent, time), circuit, options.Timeout / 2, time)
        {
            InnerHandler = new ResilienceHandler(Pipeline(options, time))
            {
                InnerHandler = new SrsTransportHandler(MaxBody(options), NewSockets(options)),
            },
        };
        _http = new HttpClient(handlers)
        {
            BaseAddress = endpoint.Address,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // The pipeline's timeout covers the body too, and waiting is the gate's.
        };
        if (!string.IsNullOrEmpty(endpoint.Username))
        {
            var pair = Encoding.UTF8.GetBytes($"{endpoint.Username}:{endpoint.Password}");
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
        }

        Api = RestService.ForGenerated<ISrsHttpApi>(_http, new RefitSettings(new SrsJsonSerializer())
        {
            TransportExceptionFactory = (_, exception, _) => exception,
        });
    }

    public SrsEndpoint Endpoint { get; }

    public SrsApiOptions Options { get; }

    public ISrsHttpApi Api { get; }

    /// <summary>The longest body that is read, in bytes: rows have about 600, and names are as long as an encoder likes.</summary>
    public static int MaxBody(SrsApiOptions options) => (int)Math.Min((256 + options.RowsPerPage * 8L) * 1024, MostThatCanBeRepaired);

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Every call gets a connection of its own. SRS 5 and later close theirs after each answer anyway. SRS 4 keeps it and answers each
    /// later
    /// call after 44 ms (Nagle and delayed ACK), where a new connection costs 0.34 ms. Only to ask for <c>Connection: close</c> is not
    /// enough: SRS 4 closes without saying so in its answer, .NET puts the connection back, and of 800 kicks about one ended on it with a
    /// reset.
    /// </summary>
    private static SocketsHttpHandler NewSockets(SrsApiOptions options) => new()
    {
        AllowAutoRedirect = false, // It would carry the password to wherever the answer says.
        UseCookies = false,
        UseProxy = false,
        MaxConnectionsPerServer = options.MaxConcurrent,
        ConnectTimeout = options.Timeout,
        PooledConnectionLifetime = TimeSpan.Zero,
        MaxResponseHeadersLength = 32,
    };

    private static ResiliencePipeline<HttpResponseMessage> Pipeline(SrsApiOptions options, TimeProvider time)
    {
        // A connection that breaks late was being worked on: asking again would double the load on a server that is in trouble.
        var atOnce = options.Timeout / 8;
        return new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddTimeout(options.Timeout)
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 1,
                Delay = TimeSpan.Zero,
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is HttpRequestException { HttpRequestError: not TooLong } or IOException
                    && attempt.Context.GetRequestMessage() is { } request && request.Method == HttpMethod.Get
                    && SrsCall.Of(request).StartedAt is { } startedAt && time.GetElapsedTime(startedAt) < atOnce),
            })
            .Build();
    }
}
