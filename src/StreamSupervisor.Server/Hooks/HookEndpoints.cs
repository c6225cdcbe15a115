using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// <c>POST /hooks/v1/{token}</c>: where SRS calls us. Bad input ends here. A decision is always HTTP 200 with a code; an error status is
/// only ever for a call that is no hook, and SRS takes each of them for a no.
/// </summary>
internal sealed class HookEndpoints
{
    /// <summary>SRS sends the whole hook at once; who takes longer is not SRS.</summary>
    private static readonly TimeSpan BodyWithin = TimeSpan.FromSeconds(5);

    // Numbers of calls that are no hooks; 909x, so that a person finds them in SRS's log.
    private const int UnknownAddress = 9090;
    private const int Malformed = 9091;
    private const int TooLarge = 9092;
    private const int TooSlow = 9093;
    private const int FromPage = 9094;

    private readonly HookHandler _handler;
    private readonly HookTokens _tokens;
    private readonly HooksOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StrangerLog _strangers;
    private readonly HookLog _log;
    private readonly System.Threading.Lock _gate = new();
    private bool _unknownActionLogged;

    public HookEndpoints(HookHandler handler, HookTokens tokens, HooksOptions options, TimeProvider time, ILogger<HookEndpoints> logger)
    {
        _handler = handler;
        _tokens = tokens;
        _options = options;
        _time = time;
        _logger = logger;
        _strangers = new StrangerLog("hook", "origins.hook-token", time, logger);
        _log = new HookLog(logger, time);
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/hooks/v1/{token}", HandleAsync).ExcludeFromDescription();

    private async Task HandleAsync(HttpContext context)
    {
        // Before the token: a page on the operator's own machine reaches a loopback address, and needs nobody's permission to post plain
        // text.
        if (CallOrigin.IsPage(context.Request))
        {
            await AnswerAsync(context, StatusCodes.Status403Forbidden, FromPage, "This call comes from a web page. Only SRS posts hooks.");
            return;
        }

        if (_tokens.Find(context.GetRouteValue("token") as string) is not { } origin)
        {
            _strangers.Note(context);
            await AnswerAsync(context, StatusCodes.Status404NotFound, UnknownAddress, "No such hook address.");
            return;
        }

        var arrived = HookTelemetry.Arrived();
        SrsHook call;
        string problem;
        bool parsed;
        var body = context.Request.BodyReader;
        switch (await ReadAsync(context, body))
        {
            case (BodyOutcome.TooLarge, _):
                await AnswerAsync(context, StatusCodes.Status413PayloadTooLarge, TooLarge, $"A hook has at most {_options.MaxBody} bytes.");
                return;
            case (BodyOutcome.TooSlow, _):
                await AnswerAsync(context, StatusCodes.Status408RequestTimeout, TooSlow,
                    $"A hook arrives within {BodyWithin.TotalSeconds} s.");
                return;
            case (BodyOutcome.Complete, var bytes):
                parsed = SrsHookReader.TryParse(bytes, out call, out problem);
                body.AdvanceTo(bytes.End);
                break;
            default:
                // It went away. Kestrel must not look for a next request in a pipe that still counts as being read.
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
                return;
        }

        if (!parsed)
        {
            _log.Unreadable(origin, problem);
            await AnswerAsync(context, StatusCodes.Status400BadRequest, Malformed, problem);
            return;
        }

        using var span = HookTelemetry.Trace(origin, call, arrived);
        if (call.Action == HookAction.Unknown)
        {
            NoteUnknownAction(origin);
        }

        try
        {
            var reply = await _handler.HandleAsync(origin, call, context.RequestAborted);
            span?.SetTag("code", reply.Code);
            using var writing = HookTelemetry.Step("hook.reply");
            await WriteAsync(context, StatusCodes.Status200OK, SrsHookReplyWriter.Of(reply));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // SRS went away: there is nobody to answer.
        }
    }

    private enum BodyOutcome
    {
        Gone,
        Complete,
        TooLarge,
        TooSlow,
    }

    private async ValueTask<(BodyOutcome Outcome, ReadOnlySequence<byte> Body)> ReadAsync(HttpContext context, PipeReader body)
    {
        if (context.Request.ContentLength > _options.MaxBody)
        {
            return (BodyOutcome.TooLarge, default);
        }

        var startedAt = _time.GetTimestamp();
        try
        {
            while (true)
            {
                // Without a token: the reading itself ends when SRS goes away, and a pipe whose reading was cancelled counts as still
                // being read, which Kestrel then stumbles over.
                // The body mostly came together with the head; only a slow one costs a timer.
                var reading = body.ReadAsync(CancellationToken.None);
                var result = reading.IsCompleted
                    ? await reading
                    : await reading.AsTask().WaitAsync(Positive(BodyWithin - _time.GetElapsedTime(startedAt)), _time,
                        CancellationToken.None);
                if (result.Buffer.Length > _options.MaxBody)
                {
                    body.AdvanceTo(result.Buffer.End);
                    return (BodyOutcome.TooLarge, default);
                }

                if (result.IsCompleted)
                {
                    return (BodyOutcome.Complete, result.Buffer);
                }

                body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
        catch (TimeoutException)
        {
            body.CancelPendingRead();
            return (BodyOutcome.TooSlow, default);
        }
        catch (BadHttpRequestException bad)
        {
            return (bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => BodyOutcome.TooLarge,
                StatusCodes.Status408RequestTimeout => BodyOutcome.TooSlow,
                _ => BodyOutcome.Gone,
            }, default);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return (BodyOutcome.Gone, default);
        }
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private static Task AnswerAsync(HttpContext context, int status, int code, string message)
    {
        // The rest of a body that we refuse to read would be taken for the next request.
        context.Response.Headers.Connection = "close";
        return WriteAsync(context, status, SrsHookReplyWriter.Of(new SrsHookReply(code, message)));
    }

    private static Task WriteAsync(HttpContext context, int status, byte[] bytes)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, 0, bytes.Length, context.RequestAborted);
    }

    private void NoteUnknownAction(string origin)
    {
        lock (_gate)
        {
            if (_unknownActionLogged)
            {
                return;
            }

            _unknownActionLogged = true;
        }

        _logger.LogWarning("{Origin} sends a hook that is not one of ours; such hooks are answered with yes. Only on_connect, on_publish, "
            + "on_unpublish, on_close and on_play belong here.", origin);
    }
}
