using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamSupervisor.Client;

/// <summary>
/// The registration API, typed. Every call goes to the supervisor that answered last and on to the next one when it does not answer
/// (connection refused, timeout, 5xx, an answer that is none). That is safe: registrations are idempotent, and any member answers for any
/// stream. Thread-safe.
/// </summary>
public sealed class SupervisorClient
{
    private const string Path = "/api/v1/registrations";
    private const int MaxErrorBody = 16 * 1024;

    private readonly HttpClient _http;
    private readonly SupervisorClientOptions _options;
    private readonly TimeProvider _time;
    private int _preferred;

    /// <summary>Makes a client.</summary>
    /// <param name="http">Carries the calls; its <see cref="HttpClient.Timeout"/> must be longer than the longest wait (the default of 100
    /// s is).</param>
    /// <param name="options">Where the supervisors are.</param>
    /// <param name="time">The clock for timeouts; null for the system's.</param>
    /// <exception cref="ArgumentException">No address is given.</exception>
    public SupervisorClient(HttpClient http, SupervisorClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Addresses.Count == 0)
        {
            throw new ArgumentException("At least one address of a supervisor is needed.", nameof(options));
        }

        _http = http;
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Announces that an encoder is about to publish, and hears where and when.</summary>
    /// <param name="request">Who wants to publish what.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="SupervisorProblemException">The call is wrong.</exception>
    /// <exception cref="SupervisorUnavailableException">No supervisor answered.</exception>
    public Task<RegistrationAnswer> RegisterAsync(RegistrationRequest request, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Post, Path, Body(request, ClientJson.Default.RegistrationRequest), TimeSpan.Zero, cancellation);

    /// <summary>Keeps a registration alive and says how it goes.</summary>
    /// <param name="registrationId">The registration.</param>
    /// <param name="update">How it goes.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The decision as it stands now.</returns>
    /// <exception cref="SupervisorProblemException">The call is wrong; 404 when the registration has ended.</exception>
    /// <exception cref="SupervisorUnavailableException">No supervisor answered.</exception>
    public Task<RegistrationAnswer> RenewAsync(string registrationId, RegistrationUpdate update,
        CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Put, PathOf(registrationId), Body(update, ClientJson.Default.RegistrationUpdate), TimeSpan.Zero, cancellation);

    /// <summary>Says goodbye: the broadcast is over, nothing is kept for this encoder any more.</summary>
    /// <param name="registrationId">The registration.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>When it has been heard; also when there was no such registration any more.</returns>
    /// <exception cref="SupervisorUnavailableException">No supervisor answered.</exception>
    public async Task GoodbyeAsync(string registrationId, CancellationToken cancellation = default)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, PathOf(registrationId), () => null, TimeSpan.Zero, cancellation);
        }
        catch (SupervisorProblemException gone) when (gone.Problem.Status == (int)HttpStatusCode.NotFound)
        {
            // What was to be achieved is the case.
        }
    }

    /// <summary>Asks for the decision as it stands, or waits for the next one (a long poll).</summary>
    /// <param name="registrationId">The registration.</param>
    /// <param name="wait">How long the supervisor may wait for a change; zero to be answered at once.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="SupervisorProblemException">The call is wrong; 404 when the registration has ended.</exception>
    /// <exception cref="SupervisorUnavailableException">No supervisor answered.</exception>
    public Task<RegistrationAnswer> GetAsync(string registrationId, TimeSpan wait = default, CancellationToken cancellation = default)
    {
        var query = wait > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"?wait={(long)wait.TotalMilliseconds}ms") : "";
        return SendAsync(HttpMethod.Get, PathOf(registrationId) + query, () => null, wait, cancellation);
    }

    /// <summary>Every decision about a registration, as it is made (server-sent events), the one that stands first.</summary>
    /// <param name="registrationId">The registration.</param>
    /// <param name="cancellation">Ends the stream.</param>
    /// <returns>Decisions; ends when the registration has ended or the supervisor closes the stream.</returns>
    /// <exception cref="SupervisorProblemException">The call is wrong; 404 when the registration has ended.</exception>
    /// <exception cref="SupervisorUnavailableException">No supervisor answered, or the stream broke.</exception>
    public async IAsyncEnumerable<RegistrationAnswer> WatchAsync(string registrationId,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var response = await ExchangeAsync(HttpMethod.Get, PathOf(registrationId)
            + "/events", () => null, TimeSpan.Zero, cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await using var events = SseParser.Create(body, static (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync(cancellation)
            .GetAsyncEnumerator(cancellation);
        while (true)
        {
            RegistrationAnswer? answer;
            try
            {
                if (!await events.MoveNextAsync())
                {
                    yield break;
                }

                answer = events.Current.Data.Length == 0
                    ? null
                    : JsonSerializer.Deserialize(events.Current.Data, ClientJson.Default.RegistrationAnswer);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
            {
                throw new SupervisorUnavailableException($"The stream of decisions broke: {e.Message}", e);
            }

            if (answer is not null)
            {
                yield return answer;
            }
        }
    }

    private static string PathOf(string registrationId) => $"{Path}/{Uri.EscapeDataString(registrationId)}";

    private static Func<HttpContent?> Body<T>(T value, JsonTypeInfo<T> type) => () => JsonContent.Create(value, type);

    private async Task<RegistrationAnswer> SendAsync(HttpMethod method, string path, Func<HttpContent?> body, TimeSpan wait,
        CancellationToken cancellation)
    {
        using var response = await ExchangeAsync(method, path, body, wait, cancellation);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return new RegistrationAnswer();
        }

        try
        {
            return await response.Content.ReadFromJsonAsync(ClientJson.Default.RegistrationAnswer, cancellation)
                ?? throw new SupervisorUnavailableException("The supervisor's answer is empty.");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new SupervisorUnavailableException($"The supervisor's answer cannot be read: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HttpMethod method, string path, Func<HttpContent?> body, TimeSpan wait,
        CancellationToken cancellation)
    {
        var first = Volatile.Read(ref _preferred);
        var failures = new List<string>();
        Exception? last = null;
        void Note(string failure)
        {
            failures.Add(failure);
            var next = failures.Count < _options.Addresses.Count ? "asking the next supervisor." : "it was the last one to ask.";
            _options.Log?.Invoke(ClientLogLevel.Warning, $"{failure}; {next}");
        }

        for (var i = 0; i < _options.Addresses.Count; i++)
        {
            var index = (first + i) % _options.Addresses.Count;
            var address = _options.Addresses[index];
            try
            {
                var response = await AskAsync(address, method, path, body, wait, cancellation);
                if (response.IsSuccessStatusCode)
                {
                    Volatile.Write(ref _preferred, index);
                    return response;
                }

                using (response)
                {
                    var problem = await ReadProblemAsync(response, cancellation);
                    if (problem.Status < 500 && problem.Status != (int)HttpStatusCode.TooManyRequests
                        && problem.Status != (int)HttpStatusCode.RequestTimeout)
                    {
                        throw new SupervisorProblemException(problem);
                    }

                    Note($"{address.Authority} answered {problem.Status} {problem.Reason}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                last = e;
                Note($"{address.Authority} {e switch
                {
                    OperationCanceledException => "did not answer in time",
                    HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                        $"shows a certificate that is not trusted, or speaks no TLS ({e.InnerException?.Message ?? e.Message})",
                    _ => $"cannot be reached ({e.Message})",
                }}");
            }
        }

        throw new SupervisorUnavailableException($"No supervisor answered: {string.Join("; ", failures)}.", last);
    }

    private async Task<HttpResponseMessage> AskAsync(Uri address, HttpMethod method, string path, Func<HttpContent?> body, TimeSpan wait,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = body() };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_options.ApiKey is { Length: > 0 } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        // Only the time until the head of the answer is limited: a stream of decisions lasts as long as it lasts.
        using var timeout = new CancellationTokenSource(_options.Timeout + wait, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
    }

    private static async Task<SupervisorProblem> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var fallback = new SupervisorProblem { Status = (int)response.StatusCode, Title = response.ReasonPhrase ?? "" };
        try
        {
            // Whatever stands between us and the supervisor may answer with a page of its own: read no more than a problem can be long.
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[MaxErrorBody];
            var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            var problem = JsonSerializer.Deserialize(buffer.AsSpan(0, read), ClientJson.Default.SupervisorProblem);
            return problem is null ? fallback : problem with { Status = (int)response.StatusCode };
        }
        catch (JsonException)
        {
            return fallback;
        }
    }
}
