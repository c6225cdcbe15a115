using System.Collections.Frozen;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Srs.Coworkers;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Coworkers;

/// <summary>
/// <c>POST /coworkers/v1/{token}/api/v1/clusters</c>: where an SRS server of an origin cluster asks which other server has a stream, so
/// that it can send its players there. One line in its configuration instead of a mesh: <c>coworkers ADDRESS:8085/coworkers/v1/TOKEN;</c>
/// <para>
/// SRS takes any error status for "ask the next coworker", so that is what it hears when nobody here knows. It asks nobody about a stream
/// whose name is not ASCII: it encodes nothing, and then cannot read the address itself (4 to 7).
/// </para>
/// </summary>
internal sealed class CoworkerEndpoint
{
    // As those of hooks that are none (909x): a person finds them in SRS's log.
    private const int UnknownAddress = 9090;
    private const int Malformed = 9091;
    private const int FromPage = 9094;
    private const int Undecided = 9095;

    private readonly StreamLocator _locator;
    private readonly CoworkerTokens _tokens;
    private readonly OriginRegion _origins;
    private volatile FrozenDictionary<string, CoworkerAnswer> _answers;
    private readonly StrangerLog _strangers;
    private readonly ILogger _logger;

    public CoworkerEndpoint(StreamLocator locator, CoworkerTokens tokens, OriginRegion origins, SupervisorOptions options,
        TimeProvider time, ILogger<CoworkerEndpoint> logger)
    {
        (_locator, _tokens, _origins, _logger) = (locator, tokens, origins, logger);
        _answers = AnswersOf(options.Origins);
        _strangers = new StrangerLog("coworkers", "origins.coworkers-token", time, logger);
    }

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost($"/coworkers/v1/{{token}}{CoworkerQuestion.Path}", HandleAsync).ExcludeFromDescription();

    /// <summary>Players are led to these servers from now on.</summary>
    public void Use(IEnumerable<OriginOptions> origins) => _answers = AnswersOf(origins);

    private static FrozenDictionary<string, CoworkerAnswer> AnswersOf(IEnumerable<OriginOptions> origins) =>
        origins.ToFrozenDictionary(origin => origin.Name, origin =>
        {
            var place = PlayAddress.Of(origin);
            return new CoworkerAnswer(place.Host, place.Port, new Uri(origin.Api).Authority);
        });

    private async Task HandleAsync(HttpContext context)
    {
        if (CallOrigin.IsPage(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, FromPage, "This call comes from a web page. Only SRS asks here.");
            return;
        }

        if (_tokens.Find(context.GetRouteValue("token") as string) is not { } asking)
        {
            _strangers.Note(context);
            await RefuseAsync(context, StatusCodes.Status404NotFound, UnknownAddress, "No such coworkers address.");
            return;
        }

        if (!CoworkerQuestion.TryParse(context.Request.QueryString.Value, out var question, out var problem))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, Malformed, problem);
            return;
        }

        try
        {
            var location = question.Key is { } key
                ? await _locator.FindAsync(key, asking, context.RequestAborted)
                : new StreamLocation.Stay(StayReason.Nobody);
            CoworkerTelemetry.Answered(location);
            if (location is StreamLocation.Stay { Own: { } own })
            {
                _origins.Tell(new AskedForItsOwn(asking, own.Key, own.By));
            }

            if (location is StreamLocation.Undecided { Why: var why })
            {
                // What is the matter is told where it is; a storm of viewers must not tell it again for each of them.
                _logger.LogDebug("{Origin} asks where {Key} is, and nobody knows: {Why}", asking, question.Key, why);
            }

            await (location switch
            {
                StreamLocation.On { Origin: var origin } when _answers.TryGetValue(origin, out var answer) =>
                    WriteAsync(context, StatusCodes.Status200OK, answer.Encode(question)),
                StreamLocation.Undecided => RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, Undecided,
                    "Nobody here knows now where the stream is."),
                _ => WriteAsync(context, StatusCodes.Status200OK, CoworkerAnswer.Stay.Encode(question)),
            });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // SRS went away: there is nobody to answer.
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, int code, string message) =>
        WriteAsync(context, status, SrsHookReplyWriter.Of(new SrsHookReply(code, message)));

    private static Task WriteAsync(HttpContext context, int status, byte[] bytes)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, 0, bytes.Length, context.RequestAborted);
    }
}
