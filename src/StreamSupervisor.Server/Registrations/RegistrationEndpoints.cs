using System.Text.Json;
using StreamSupervisor.Client;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Server.Credentials;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// <c>/api/v1/registrations</c>, and <c>PUT /api/v1/origins/{name}</c>, which drains a node. A refusal is an answer and no error: status
/// 200.
/// </summary>
internal static class RegistrationEndpoints
{
    private const int MaxEncoderId = 128;
    private const int MaxLastError = 300;

    /// <summary>Maps the endpoints. Needs an <c>ILoggerFactory</c> among the services.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, RegistrationContext context, ApiCallers callers)
    {
        var desk = new RegistrationDesk(context);
        var gate = new RegistrationGate(callers, endpoints.ServiceProvider.GetRequiredService<ILogger<RegistrationGate>>());
        var group = endpoints.MapGroup(ApiEndpoints.Prefix).AddEndpointFilter(gate);
        var open = group.MapGroup("/registrations").WithMetadata(OpenToCredentials.Instance);
        open.MapPost("", Task<IResult> (HttpContext call) => RegisterAsync(desk, call))
            .Accepts<RegistrationRequest>("application/json").Produces<RegistrationAnswer>().Produces(StatusCodes.Status204NoContent)
                .WithName("Register").Fails(413, 415, 504)
            .WithSummary("An encoder announces that it is about to publish, and hears where and when.");
        open.MapPut("/{id}", Task<IResult> (HttpContext call, string id) => RenewAsync(desk, call, id))
            .Accepts<RegistrationUpdate>("application/json").Produces<RegistrationAnswer>().WithName("RenewRegistration")
                .Fails(404, 413, 415, 504).WithSummary("Keeps a registration alive.");
        open.MapGet("/{id}", Task<IResult> (HttpContext call, string id) => GetAsync(desk, context.Options, call, id))
            .Produces<RegistrationAnswer>().WithName("GetRegistration").Fails(404, 504)
                .WithSummary("The decision as it stands; with wait the next one (a long poll).")
            .TakesQuery(new ApiParameter("wait",
                "a duration such as 2500ms: how long to wait for another decision than the one that stands"));
        open.MapDelete("/{id}", Task<IResult> (HttpContext call, string id) => GoodbyeAsync(desk, call, id))
            .Produces(StatusCodes.Status204NoContent).WithName("EndRegistration").Fails(404, 504)
                .WithSummary("Goodbye: the broadcast is over, no reconnect window follows.");
        open.MapGet("/{id}/events", Task<IResult> (HttpContext call, string id) => WatchAsync(desk, call, id))
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").WithName("WatchRegistration").Fails(404, 504)
                .WithSummary("Every decision as it is made, as server-sent events.");
        group.MapPut("/origins/{name}", Task<IResult> (HttpContext call, string name) => DrainAsync(context, call, name))
            .Accepts<DrainRequest>("application/json").Produces<DrainAnswer>().WithName("DrainOrigin").Fails(404, 413, 415, 504)
            .WithSummary("Drains a node: no new streams, those that it has stay.");
        return group;
    }

    private static async Task<IResult> RegisterAsync(RegistrationDesk desk, HttpContext call)
    {
        var request = await JsonBody.ReadAsync(call, RegistrationJson.Strict.RegistrationRequest);
        if (!StreamKey.TryParse(request.Key, out var key))
        {
            throw new ApiProblemException(Problems.BadKey.Of(
                $"'{Shorten(request.Key)}' is no stream key; write app/stream or vhost/app/stream.", "key"));
        }

        if (request.EncoderId is not { Length: > 0 and <= MaxEncoderId } || request.EncoderId.Any(char.IsControl))
        {
            throw Wrong("encoderId", $"Name the encoder in 1 to {MaxEncoderId} characters, and keep the name over its restarts.");
        }

        var caller = call.Features.Get<RegistrationCaller>();
        var address = AddressOf(call);
        var credential = await desk.LookAtCredentialAsync(key, request, address, call.RequestAborted);
        if (caller?.Known is { } known && !(known.Scope.Has(key) && known.Scope.Has(credential.EffectiveKey)))
        {
            throw new ApiProblemException(ApiScope.Refusal(known, key));
        }

        if (caller is { Known: null, Why: { } why })
        {
            AdmitByCredential(credential, request, why);
        }

        if (request.Goodbye)
        {
            await desk.GoodbyeAsync(credential.EffectiveKey, request.EncoderId, call.RequestAborted);
            return Results.NoContent();
        }

        if (request.Attempt < 1)
        {
            throw Wrong("attempt", "Count the tries from 1.");
        }

        var cleaned = request with { LastError = Clean(request.LastError), PreferOrigin = Shorten(request.PreferOrigin) };
        return Json(await desk.RegisterAsync(credential, cleaned, address, call.RequestAborted));
    }

    /// <summary>
    /// Lets a caller pass whom the API does not know, but who holds a credential of the stream. Others leave no trace: they must not fill
    /// the journal.
    /// </summary>
    private static void AdmitByCredential(CredentialResult credential, RegistrationRequest request, ApiProblem why)
    {
        switch (credential.Verdict)
        {
            // Whether an expired one is good enough inside the reconnect window is the entity's business.
            case CredentialVerdict.Valid or CredentialVerdict.Expired:
                break;
            case CredentialVerdict.Wrong:
                throw new ApiProblemException(CredentialWrong.Of(RefusalCatalog.Of(RefusalReason.CredentialWrong).English, "credential"));
            default:
                throw new ApiProblemException(why with { Detail = $"{why.Detail} An encoder may send the credential of its stream as "
                    + "'credential' instead, where the stream has one." });
        }

        // Else one who may publish a stream could register as somebody whom the rules of takeover put first.
        if (credential.Subject is { } subject && subject != request.EncoderId)
        {
            throw Wrong("encoderId", $"The credential belongs to '{subject}'; register under that name, or call with an API key.");
        }
    }

    private static string AddressOf(HttpContext call) => call.Connection.RemoteIpAddress?.ToString() ?? "";

    private static async Task<IResult> RenewAsync(RegistrationDesk desk, HttpContext call, string id)
    {
        await JsonBody.ReadAsync(call, RegistrationJson.Strict.RegistrationUpdate);
        return await desk.RenewAsync(id, call.RequestAborted) is { } answer ? Json(answer) : Unknown();
    }

    private static async Task<IResult> GetAsync(RegistrationDesk desk, RegistrationOptions options, HttpContext call, string id)
    {
        call.Request.Query.AllowOnly("wait");
        var wait = TimeSpan.Zero;
        if (call.Request.Query.Text("wait") is { } text && !Duration.TryParse(text, out wait))
        {
            throw Wrong("wait", "It is a duration with its unit, such as 2500ms or 10s.");
        }

        return await desk.GetAsync(id, wait < options.MaxWait ? wait : options.MaxWait, AddressOf(call), call.RequestAborted) is { } answer
            ? Json(answer)
            : Unknown();
    }

    private static async Task<IResult> GoodbyeAsync(RegistrationDesk desk, HttpContext call, string id) =>
        await desk.GoodbyeAsync(id, call.RequestAborted) ? Results.NoContent() : Unknown();

    private static async Task<IResult> WatchAsync(RegistrationDesk desk, HttpContext call, string id)
    {
        var response = call.Response;
        var cancellation = call.RequestAborted;
        try
        {
            await foreach (var answer in desk.WatchAsync(id, AddressOf(call), cancellation))
            {
                if (!response.HasStarted)
                {
                    response.ContentType = "text/event-stream";
                    response.Headers["X-Accel-Buffering"] = "no";
                }

                await response.WriteAsync(answer is null ? ": still here\n\n"
                    : $"event: decision\ndata: {JsonSerializer.Serialize(answer, RegistrationJson.Shared.RegistrationAnswer)}\n\n",
                        cancellation);
                await response.Body.FlushAsync(cancellation);
            }
        }
        catch (ApiProblemException) when (response.HasStarted)
        {
            // The status is sent: the stream ends, and the encoder asks again, here or at another member.
        }

        return response.HasStarted ? Results.Empty : Unknown();
    }

    private static async Task<IResult> DrainAsync(RegistrationContext context, HttpContext call, string name)
    {
        var request = await JsonBody.ReadAsync(call, RegistrationJson.Strict.DrainRequest);
        var draining = request.Draining ?? throw Wrong("draining", "Say true or false.");
        if (!context.Origins().Any(o => o.Name == name))
        {
            return new ProblemResult(Problems.NoSuchCall.Of(
                $"There is no origin '{Shorten(name)}'; GET {ApiEndpoints.Prefix}/origins lists them."));
        }

        var caller = call.Features.Get<RegistrationCaller>()!.Known!;
        if (!caller.Scope.MayOrderOrigin(name))
        {
            return new ProblemResult(ApiScope.Refusal(caller, $"the server {name}"));
        }

        var by = caller.Named(Clean(request.By));
        var answer = await context.Drain.SetAsync(name, draining, by, Clean(request.Why) ?? "", call.RequestAborted);
        call.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("StreamSupervisor.Server.Api.Orders").LogInformation(
            "{By} ordered {Verb} of {Origin}: {Outcome} Why: {Why}", by, draining ? "drain" : "undrain", name,
            answer.Reply is Done { Changed: var changed } ? changed ? "done." : "it was so already." : "no answer.", Clean(request.Why)
                ?? "-");
        return answer is { Status: AskStatus.Answered, Reply: Done done }
            ? Results.Json(new DrainAnswer(name, draining, done.Changed), RegistrationJson.Shared.DrainAnswer)
            : new ProblemResult(Problems.OutcomeUnknown.Of("The node's mark may or may not have changed; send it again."));
    }

    private static IResult Json(RegistrationAnswer answer) => Results.Json(answer, RegistrationJson.Shared.RegistrationAnswer);

    private static ProblemResult Unknown() =>
        new(RegistrationUnknown.Of("It has run out, was replaced by a newer one, or never was. Register again."));

    private static readonly ProblemKind RegistrationUnknown =
        new(404, "registration-unknown", "There is no such registration", "没有该登记", TimeSpan.FromSeconds(0.5));
    private static readonly ProblemKind CredentialWrong =
        new(403, "credential-wrong", "The credential is wrong", RefusalCatalog.Of(RefusalReason.CredentialWrong).Chinese);

    private static ApiProblemException Wrong(string field, string detail) => new(ApiProblem.BadField(field, $"{field}: {detail}"));

    private static string? Clean(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : new string([.. text.Take(MaxLastError).Select(c => char.IsControl(c) ? ' ' : c)]);

    private static string? Shorten(string? text) => text is { Length: > 100 } ? text[..100] : text;
}
