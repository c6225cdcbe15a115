using System.Net;
using System.Text.Json;
using Polly.Timeout;
using Refit;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// One SRS server's API over HTTP, for calls of one priority.
/// <para>
/// No usable answer is never "no such client". Only HTTP 200 with <c>{"code":2049}</c> is that; it proves that an evicted publisher is
/// gone,
/// and a mistake here would put two publishers on air. A refused connection, a timeout, another status, a redirect, a proxy's page, a body
/// that is cut off or too long, a code that we do not know: each ends as <see cref="SrsUnreachableException"/> with a sentence for the log.
/// </para>
/// </summary>
internal sealed partial class SrsApiClient(SrsConnection connection, SrsProcessMemory memory, SrsPriority priority) : ISrsApi
{
    private const int NoSuchClient = 2049;

    private readonly ISrsHttpApi _api = connection.Api;

    public async Task<OriginProcess> GetProcessAsync(CancellationToken cancellation)
    {
        var (versions, call) = await SendAsync(_api.GetVersionsAsync, cancellation);
        if (versions is not { Code: 0, Data: { } data })
        {
            throw Unusable(call, $"answered code {versions.Code} and no version");
        }

        var version = new SrsVersion(data.Major, data.Minor, data.Revision);
        return versions.Service.Length > 0
            ? new OriginProcess(versions.Server, versions.Service, versions.Pid, version)
            : await NameOldProcessAsync(versions.Server, version, cancellation);
    }

    public async Task<SrsAnswer<ClientRow?>> GetClientAsync(string clientId, CancellationToken cancellation)
    {
        // Without an id SRS would answer with a list.
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        var (answer, call) = await SendAsync((call, token) => _api.GetClientAsync(clientId, call, token), cancellation);
        return answer switch
        {
            { Code: NoSuchClient } => Answer<ClientRow?>(null, answer),
            { Code: 0, Client: { } client } => Answer<ClientRow?>(ClientOf(client), answer),
            _ => throw Unusable(call, $"answered code {answer.Code} and no client"),
        };
    }

    public async Task<SrsAnswer<bool>> DeleteClientAsync(string clientId, CancellationToken cancellation)
    {
        // Without an id SRS would take it for another request.
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        var (answer, call) = await SendAsync((call, token) => _api.DeleteClientAsync(clientId, call, token), cancellation);
        return answer.Code switch
        {
            0 => Answer(true, answer),
            NoSuchClient => Answer(false, answer),
            _ => throw Unusable(call, $"answered code {answer.Code}"),
        };
    }

    public async Task<TimeSpan?> GetSampleAgeAsync(CancellationToken cancellation)
    {
        var (answer, _) = await SendAsync(_api.GetSummariesAsync, cancellation);
        return answer.Data is { NowMs: > 0, System.SampleTimeMs: > 0 } data
            ? TimeSpan.FromMilliseconds(Math.Max(0, data.NowMs - data.System.SampleTimeMs))
            : null;
    }

    public async Task<double?> GetCpuPercentAsync(CancellationToken cancellation)
    {
        var (answer, _) = await SendAsync(_api.GetSummariesAsync, cancellation);
        return answer.Data?.Self?.Cpu is { } fraction && double.IsFinite(fraction) && fraction >= 0 ? fraction * 100 : null;
    }

    private static SrsAnswer<T> Answer<T>(T value, SrsEnvelope envelope) => new(value, envelope.Server, envelope.Service);

    private async Task<(T Answer, SrsCall Call)> SendAsync<T>(Func<SrsCall, CancellationToken, Task<IApiResponse<T>>> send,
        CancellationToken cancellation)
        where T : SrsEnvelope
    {
        var call = new SrsCall(priority);
        var result = "failed";
        try
        {
            using var response = await send(call, cancellation);
            var answer = Usable(call, response);
            result = "answered";
            return (answer, call);
        }
        catch (TimeoutRejectedException timeout)
        {
            throw Unusable(call, $"did not answer within {connection.Options.Timeout.TotalSeconds:0.###} s", timeout);
        }
        catch (HttpRequestException tooLong) when (tooLong.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw Unusable(call, $"answered with more than {SrsConnection.MaxBody(connection.Options)} bytes", tooLong);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw Unusable(call, $"could not be reached ({InnermostText(broken)})", broken);
        }
        finally
        {
            // A call that got no place was not made.
            if (call.Took is { } took)
            {
                SrsTelemetry.ApiCalled(connection.Endpoint.Name, call.Method, result, took);
            }
        }
    }

    private T Usable<T>(SrsCall call, IApiResponse<T> response)
        where T : SrsEnvelope => response switch
        {
            { StatusCode: HttpStatusCode.OK, Content: { } answer } => answer,
            { StatusCode: HttpStatusCode.OK, Error.InnerException: JsonException json } => throw Unusable(call,
                $"did not answer with the JSON of SRS ({json.Message})", response.Error),
            { StatusCode: HttpStatusCode.OK } => throw Unusable(call, "did not answer with the JSON of SRS (nothing)", response.Error),
            { StatusCode: HttpStatusCode.Unauthorized } => throw Unusable(call,
                "wants a user name and password (401): check origins.username and password against its http_api.auth"),
            { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed } when call.Method == HttpMethod.Delete.Method =>
                throw new SrsNotAllowedException(connection.Endpoint.Sentence(call,
                    $"forbids DELETE ({(int)response.StatusCode}), so that no publisher can be kicked there: "
                    + "let DELETE /api/v1/clients/ through at the proxy in front of its http_api")),
            { StatusCode: >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest } => throw Unusable(call,
                $"redirects ({(int)response.StatusCode}): check that origins.api is the address of SRS's http_api"),
            { StatusCode: >= HttpStatusCode.InternalServerError } => throw Unusable(call,
                $"could not be reached (status {(int)response.StatusCode})"),
            _ => throw Unusable(call,
                $"answered status {(int?)response.StatusCode}: check that origins.api is the address of SRS's http_api"),
        };

    private SrsUnreachableException Unusable(SrsCall call, string what, Exception? inner = null) =>
        connection.Endpoint.Unreachable(call, what, inner);

    private static string InnermostText(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message;
    }
}
