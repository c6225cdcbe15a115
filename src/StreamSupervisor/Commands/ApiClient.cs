using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary>An answer of the API, or the problem instead of it.</summary>
internal readonly record struct ApiAnswer<T>(T? Value, ApiProblem? Problem)
    where T : class;

/// <summary>Which streams to list; null for all.</summary>
internal sealed record StreamFilter(string? State, string? Origin, string? Query);

/// <summary>
/// The HTTP API, typed. Whatever keeps an answer from coming is a problem too: with the status 0 and the reason <c>unreachable</c> when
/// there is no supervisor, <c>not-a-supervisor</c> when something else answers.
/// </summary>
internal sealed partial class SupervisorApiClient : IDisposable
{
    public const string Unreachable = "unreachable";
    public const string NotASupervisor = "not-a-supervisor";
    private readonly HttpClient _http;

    /// <param name="server">Its address, such as <c>http://127.0.0.1:8085</c>.</param>
    /// <param name="apiKey">One of <c>api.keys</c>, where there are any.</param>
    /// <param name="authorities">Who may have signed its certificate; null: those that this machine trusts.</param>
    public SupervisorApiClient(Uri server, string? apiKey, X509Certificate2Collection? authorities = null)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = authorities is null ? null : TrustedAuthorities.PolicyOf(authorities) },
            AllowAutoRedirect = false,
            // A proxy for the world outside knows nothing of this machine.
            UseProxy = !server.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        })
        {
            BaseAddress = server,
            Timeout = TimeSpan.FromSeconds(20),
            MaxResponseContentBufferSize = 16 * 1024 * 1024,
        };
        if (apiKey is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }
    }

    public Task<ApiAnswer<StreamPage>> ListStreamsAsync(StreamFilter filter, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync("/api/v1/streams" + Query(("state", filter.State), ("origin", filter.Origin), ("q", filter.Query), ("limit", $"{limit}"),
            ("cursor", cursor)),
            ApiJson.Shared.StreamPage, cancellation);

    public Task<ApiAnswer<StreamView>> GetStreamAsync(StreamKey key, CancellationToken cancellation) =>
        GetAsync(StreamPath.Of(key), ApiJson.Shared.StreamView, cancellation);

    public Task<ApiAnswer<TimelinePage>> GetTimelineAsync(StreamKey key, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync($"{StreamPath.Of(key)}/timeline" + Query(("limit", $"{limit}"), ("cursor", cursor)), ApiJson.Shared.TimelinePage,
            cancellation);

    public Task<ApiAnswer<Explanation>> ExplainAsync(StreamKey key, string clientId, CancellationToken cancellation) =>
        GetAsync($"{StreamPath.Of(key)}/explain" + Query(("clientId", clientId)), ApiJson.Shared.Explanation, cancellation);

    public Task<ApiAnswer<OriginPage>> ListOriginsAsync(string? cursor, CancellationToken cancellation) =>
        GetAsync("/api/v1/origins" + Query(("cursor", cursor)), ApiJson.Shared.OriginPage, cancellation);

    /// <param name="verb"><c>kick</c>, <c>release</c>, <c>lock</c>, <c>unlock</c> or <c>pin</c>.</param>
    public Task<ApiAnswer<OrderResult>> OrderAsync(StreamKey key, string verb, OrderBody order, CancellationToken cancellation)
    {
        var body = JsonOf(JsonSerializer.SerializeToUtf8Bytes(order, ApiJson.Shared.OrderBody));
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, $"{StreamPath.Of(key)}/{verb}") { Content = body },
            ApiJson.Shared.OrderResult, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent JsonOf(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) } };

    private Task<ApiAnswer<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    private async Task<ApiAnswer<T>> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        using (request)
        {
            try
            {
                using var response = await _http.SendAsync(request, cancellation);
                var body = await response.Content.ReadAsByteArrayAsync(cancellation);
                if (response.IsSuccessStatusCode)
                {
                    return JsonSerializer.Deserialize(body, type) is { } value && IsWhole(value, type)
                        ? new(value, null)
                        : await StrangerAsync<T>(response, cancellation);
                }

                return response.Content.Headers.ContentType?.MediaType == ApiProblem.MediaType
                    && JsonSerializer.Deserialize(body, ApiJson.Shared.ApiProblem) is { } problem
                    ? new(null, problem)
                    : await StrangerAsync<T>(response, cancellation);
            }
            catch (JsonException)
            {
                return Failed<T>(NotASupervisor, $"What answers at {_http.BaseAddress} is no supervisor, or one of another version.");
            }
            catch (HttpRequestException failure)
                when (failure.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded)
            {
                return Failed<T>(NotASupervisor,
                    $"What answers at {_http.BaseAddress} is no supervisor: it does not speak HTTP as one does ({failure.Message}).");
            }
            catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.SecureConnectionError)
            {
                return Failed<T>(Unreachable, $"The certificate that {_http.BaseAddress} shows is not trusted, or it speaks no TLS: "
                    + $"{failure.InnerException?.Message ?? failure.Message} Where the authority is your own, write --ca FILE.");
            }
            catch (HttpRequestException failure)
            {
                return Failed<T>(Unreachable, $"No supervisor answers at {_http.BaseAddress}: {failure.Message}");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return Failed<T>(Unreachable,
                    $"The supervisor at {_http.BaseAddress} did not answer within {_http.Timeout.TotalSeconds:0} s.");
            }
        }
    }

    /// <summary>
    /// Whether all is there that an answer always has. SRS answers every path below <c>/api/v1/</c> with an object of its own and status
    /// 200, which reads as one of ours in which everything is missing.
    /// </summary>
    private static bool IsWhole<T>(T value, JsonTypeInfo<T> type)
        where T : class => type.Properties.All(property => property.IsGetNullable || property.Get?.Invoke(value) is not null);

    /// <summary>An answer that is none of the API's: another program, or the other port of a supervisor, which its front page
    /// tells.</summary>
    private async Task<ApiAnswer<T>> StrangerAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
        where T : class
    {
        using var front = await _http.GetAsync(new Uri("/", UriKind.Relative), cancellation);
        var isOurs = (await front.Content.ReadAsStringAsync(cancellation)).StartsWith("StreamSupervisor ", StringComparison.Ordinal);
        return Failed<T>(NotASupervisor, isOurs
            ? $"At {_http.BaseAddress} a supervisor answers, but this is another of its ports: "
                + "cluster commands ask management.listen (8558), all others http.listen (8085)."
            : $"What answers at {_http.BaseAddress} is no supervisor (HTTP status {(int)response.StatusCode}).");
    }

    private static ApiAnswer<T> Failed<T>(string reason, string detail)
        where T : class => new(null, new ApiProblem($"urn:streamsupervisor:problem:{reason}", "No answer", 0, detail, reason, "temporary",
            null, null, null));

    private static string Query(params (string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(one => one.Value is not null).Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}").ToList();
        return given.Count > 0 ? "?" + string.Join('&', given) : "";
    }
}
