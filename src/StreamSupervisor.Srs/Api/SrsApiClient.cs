using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// One SRS server's API over HTTP.
/// <para>
/// SRS answers every request on the one thread that carries the media of all its clients. So: few requests at a time
/// (<see cref="SrsApiOptions.MaxConcurrent"/>), a bounded queue in front of them, one retry and only where the transport failed at once (a
/// timed-out request is still being worked on; asking again would double the load), and a circuit for a server that is gone.
/// </para>
/// <para>
/// What can go wrong, and what becomes of it: every answer that is not understood ends as <see cref="SrsUnreachableException"/> with a
/// sentence for the log, because the callers must not mistake it for "no such client". Only HTTP 200 with <c>{"code":2049}</c> is that.
/// Redirects are not followed: they would carry the password to wherever the answer says.
/// </para>
/// </summary>
internal sealed partial class SrsApiClient : ISrsApi, IDisposable
{
    private const int NoSuchClient = 2049;
    private const int MaxWaiting = 2048;

    private readonly string _name;
    private readonly SrsApiOptions _options;
    private readonly HttpClient _http;
    private readonly Turnstile _turnstile;
    private readonly SrsCircuit _circuit;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _once;
    private readonly ResiliencePipeline _repeatable;
    private readonly int _maxBody;

    public SrsApiClient(SrsEndpoint origin, SrsApiOptions options, TimeProvider time)
    {
        _name = origin.Name;
        _options = options;
        _time = time;
        _turnstile = new Turnstile(options.MaxConcurrent, MaxWaiting);
        _circuit = new SrsCircuit(options.BreakAfter, options.BreakFor, time);

        // Rows have about 600 bytes; names are as long as an encoder likes.
        _maxBody = 256 * 1024 + PageSize * 8 * 1024;

        _once = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(options.Timeout).Build();
        _repeatable = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 1,
                Delay = TimeSpan.FromMilliseconds(20),
                UseJitter = false,
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<IOException>(),
            })
            .AddTimeout(options.Timeout)
            .Build();

        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = options.MaxConcurrent,
            ConnectTimeout = options.Timeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a changed DNS record is noticed
            MaxResponseHeadersLength = 32,
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri(origin.Api.EndsWith('/') ? origin.Api : origin.Api + "/", UriKind.Absolute),
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // the pipeline's timeout covers the body too
        };
        if (!string.IsNullOrEmpty(origin.Username))
        {
            var pair = Encoding.UTF8.GetBytes($"{origin.Username}:{origin.Password}");
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
        }
    }

    public async Task<SrsProcess> GetProcessAsync(CancellationToken cancellation)
    {
        var versions = await GetAsync("api/v1/versions", SrsWireContext.Default.VersionsWire, cancellation);
        if (versions is not { Code: 0, Data: { } data })
        {
            throw Unusable("GET", "api/v1/versions", $"answered code {versions.Code} and no version");
        }

        var version = new SrsVersion(data.Major, data.Minor, data.Revision);
        return versions.Service.Length > 0
            ? new SrsProcess(versions.Server, versions.Service, versions.Pid, version)
            : await NameOldProcessAsync(versions.Server, version, cancellation);
    }

    public async Task<SrsAnswer<SrsClient?>> GetClientAsync(string clientId, CancellationToken cancellation)
    {
        // No slash at the end: SRS would answer 2049 for a client that is alive.
        var path = $"api/v1/clients/{Uri.EscapeDataString(clientId)}";
        var answer = await GetAsync(path, SrsWireContext.Default.OneClientWire, cancellation);
        return answer switch
        {
            { Code: NoSuchClient } => Answer<SrsClient?>(null, answer),
            { Code: 0, Client: { } client } => Answer<SrsClient?>(ClientOf(client), answer),
            _ => throw Unusable("GET", path, $"answered code {answer.Code} and no client"),
        };
    }

    public async Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation)
    {
        // Without an id SRS would take it for another request.
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        var path = $"api/v1/clients/{Uri.EscapeDataString(clientId)}";
        var answer = await SendAsync(_once, HttpMethod.Delete, path, SrsWireContext.Default.SrsEnvelope, cancellation);
        return answer.Code switch
        {
            0 => Answer(true, answer),
            NoSuchClient => Answer(false, answer),
            _ => throw Unusable("DELETE", path, $"answered code {answer.Code}"),
        };
    }

    public async Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation)
    {
        var answer = await GetAsync("api/v1/summaries", SrsWireContext.Default.SummariesWire, cancellation);
        return answer.Data is { NowMs: > 0, System.SampleTimeMs: > 0 } data
            ? TimeSpan.FromMilliseconds(Math.Max(0, data.NowMs - data.System.SampleTimeMs))
            : null;
    }

    public async Task<double?> GetCpuPercentAsync(CancellationToken cancellation)
    {
        var answer = await GetAsync("api/v1/summaries", SrsWireContext.Default.SummariesWire, cancellation);
        return answer.Data?.Self?.Cpu is { } fraction && double.IsFinite(fraction) && fraction >= 0 ? fraction * 100 : null;
    }

    public void Dispose() => _http.Dispose();

    private static SrsAnswer<T> Answer<T>(T value, SrsEnvelope envelope) => new(value, envelope.Server, envelope.Service);

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : SrsEnvelope => SendAsync(_repeatable, HttpMethod.Get, path, type, cancellation);

    private async Task<T> SendAsync<T>(ResiliencePipeline pipeline, HttpMethod method, string path, JsonTypeInfo<T> type,
        CancellationToken cancellation)
        where T : SrsEnvelope
    {
        if (!await _turnstile.EnterAsync(cancellation))
        {
            throw Unusable(method.Method, path, $"was not asked: {MaxWaiting} calls to it wait already");
        }

        try
        {
            if (!_circuit.MayCall())
            {
                throw Unusable(method.Method, path, "was not asked: it has failed several times in a row");
            }

            return await CallAsync(pipeline, method, path, type, cancellation);
        }
        finally
        {
            _turnstile.Leave();
        }
    }

    private async Task<T> CallAsync<T>(ResiliencePipeline pipeline, HttpMethod method, string path, JsonTypeInfo<T> type,
        CancellationToken cancellation)
        where T : SrsEnvelope
    {
        var startedAt = _time.GetTimestamp();
        var result = "failed";
        try
        {
            var answer = await pipeline.ExecuteAsync(
                static async (call, token) => await call.Client.ExchangeAsync(call.Method, call.Path, call.Type, token),
                (Client: this, Method: method, Path: path, Type: type), cancellation);
            _circuit.Report(answered: true);
            result = "answered";
            return answer;
        }
        catch (SrsUnreachableException)
        {
            _circuit.Report(answered: true); // It answers; that we cannot use the answer is no reason to leave it alone.
            throw;
        }
        catch (TimeoutRejectedException timeout)
        {
            _circuit.Report(answered: false);
            throw Unusable(method.Method, path, $"did not answer within {_options.Timeout.TotalSeconds:0.###} s", timeout);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            _circuit.Report(answered: false);
            throw Unusable(method.Method, path, $"could not be reached ({InnermostText(broken)})", broken);
        }
        catch (Exception other) when (other is OperationCanceledException)
        {
            _circuit.Withdraw();
            throw;
        }
        finally
        {
            SrsTelemetry.ApiCalled(_name, method.Method, result, _time.GetElapsedTime(startedAt));
        }
    }

    private async Task<T> ExchangeAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : SrsEnvelope
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Unauthorized:
                throw Unusable(method.Method, path, "wants a user name and password (401): check origins.username and password against its http_api.auth");
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest:
                throw Unusable(method.Method, path, $"redirects ({(int)response.StatusCode}): check that origins.api is the address of SRS's http_api");
            case >= HttpStatusCode.InternalServerError:
                throw new HttpRequestException($"status {(int)response.StatusCode}");
            default:
                throw Unusable(method.Method, path, $"answered status {(int)response.StatusCode}: check that origins.api is the address of SRS's http_api");
        }

        using var body = await BoundedBody.ReadAsync(response.Content, _maxBody, cancellation)
            ?? throw Unusable(method.Method, path, $"answered with more than {_maxBody} bytes");
        return Parse(method, path, body, type);
    }

    private T Parse<T>(HttpMethod method, string path, BoundedBody body, JsonTypeInfo<T> type)
        where T : SrsEnvelope
    {
        try
        {
            try
            {
                return Read(body.Bytes.Span, type);
            }
            catch (JsonException)
            {
                // SRS passes stream names through as an encoder sent them. One name that is no UTF-8 must not blind us for the whole page.
                return Read(LenientText.Repair(body.Bytes.Span), type);
            }
        }
        catch (JsonException json)
        {
            throw Unusable(method.Method, path, $"did not answer with the JSON of SRS ({json.Message})", json);
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null is no answer");

    private SrsUnreachableException Unusable(string method, string path, string what, Exception? inner = null) =>
        new($"{_name} ({_http.BaseAddress?.GetLeftPart(UriPartial.Authority)}) {what}; asked {method} /{path}", inner);

    private static string InnermostText(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message;
    }
}
