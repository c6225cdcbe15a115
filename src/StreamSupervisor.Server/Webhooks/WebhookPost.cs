using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>What became of one message.</summary>
/// <param name="Why">Why it was not taken, in a sentence without the address and without what was answered; null: it was.</param>
/// <param name="RetryAfter">When the receiver wants to hear it again; null: it did not say.</param>
/// <param name="IsGone">The receiver wants nothing any more (410).</param>
/// <param name="Status">Of the answer; null: there was none.</param>
internal sealed record WebhookOutcome(string? Why, TimeSpan? RetryAfter = null, bool IsGone = false, int? Status = null);

/// <summary>
/// Posts messages to one receiver. It follows no redirect, keeps no cookie and reads no body: what an address inside the network says is
/// shown to nobody.
/// </summary>
internal sealed class WebhookPost : IDisposable
{
    public const string ContentType = "application/cloudevents+json; charset=utf-8";

    private readonly WebhookTarget _target;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly HttpClient _http;

    /// <param name="target">The receiver.</param>
    /// <param name="connections">At once, at most.</param>
    /// <param name="timeout">For one message, from the connection to the head of the answer.</param>
    /// <param name="time">By which it is signed.</param>
    public WebhookPost(WebhookTarget target, int connections, TimeSpan timeout, TimeProvider time)
    {
        (_target, _timeout, _time) = (target, timeout, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !target.Url.IsLoopback,
            ConnectTimeout = timeout,
            MaxConnectionsPerServer = connections,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1024,

            // A receiver that moves is found under its new address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("streamsupervisor");
    }

    /// <summary>Sends one message. Throws only when it is cancelled.</summary>
    public async Task<WebhookOutcome> SendAsync(WebhookMessage message, CancellationToken cancellation)
    {
        using var request = RequestOf(message);
        using var patience = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return OutcomeOf(answer);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new WebhookOutcome(
                string.Create(CultureInfo.InvariantCulture, $"It did not answer within {_timeout.TotalSeconds:0.#} s."));
        }
        catch (HttpRequestException failure)
        {
            return new WebhookOutcome(WhyOf(failure));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The request with its signatures; one for each secret in force.</summary>
    internal HttpRequestMessage RequestOf(WebhookMessage message)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, _target.Url)
        {
            Content = new ByteArrayContent(message.Body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(ContentType) } },
        };
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", string.Join(' ', _target.Secrets.Select(secret =>
            secret.Sign(message.Id, timestamp, message.Body))));
        return request;
    }

    private WebhookOutcome OutcomeOf(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode)
        {
            return new WebhookOutcome(null, Status: status);
        }

        var after = answer.Headers.RetryAfter switch
        {
            { Delta: { } delay } => delay,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return new WebhookOutcome(status switch
        {
            >= 300 and < 400 => $"It answered {status}, a redirect, and those are not followed: write the address where it leads.",
            (int)HttpStatusCode.Gone => "It answered 410: it wants nothing any more.",
            _ => $"It answered {status}.",
        }, after, status == (int)HttpStatusCode.Gone, status);
    }

    /// <summary>In words of our own: those of the framework hold the address.</summary>
    private static string WhyOf(HttpRequestException failure) => (failure.HttpRequestError, failure.InnerException) switch
    {
        (HttpRequestError.NameResolutionError, _) => "Its name is not known.",
        (HttpRequestError.SecureConnectionError, _) => "No TLS connection to it could be made; see its certificate.",
        (_, SocketException { SocketErrorCode: SocketError.ConnectionRefused }) => "Nothing listens there.",
        (HttpRequestError.ConnectionError, _) => "No connection to it could be made.",
        (HttpRequestError.ResponseEnded, _) => "It closed the connection without an answer.",
        _ => "It did not answer as a web server does.",
    };
}
