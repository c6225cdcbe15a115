using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Registrations;

/// <summary>Who calls about a registration.</summary>
/// <param name="Known">Whoever may operate: an API key, or this machine where there are no keys. Null for a stranger.</param>
/// <param name="Why">What a stranger lacks.</param>
internal sealed record RegistrationCaller(ApiCaller? Known, ApiProblem? Why);

/// <summary>
/// Who may register. The API's own gate but for two things. There is no limit on changing calls: fifty a second is generous for people and
/// scripts, and far too few for a fleet of encoders behind one key that all lost the same network. And an encoder needs no key of the API,
/// which would let it steer every stream: it may show the credential of its own stream instead. What it is then given is an id with 128
/// random bits, and whoever holds that speaks for this registration and for nothing else.
/// </summary>
internal sealed class RegistrationGate(ApiCallers callers, ILogger<RegistrationGate> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var call = context.HttpContext;
        call.Response.Headers.CacheControl = "no-store";
        call.Response.Headers.XContentTypeOptions = "nosniff";
        var caller = CallerOf(call);
        if (caller.Known is null && !MayShowCredential(call, caller.Why!))
        {
            return new ProblemResult(caller.Why!);
        }

        call.Features.Set(caller);
        try
        {
            return await next(context);
        }
        catch (ApiProblemException refused)
        {
            return new ProblemResult(refused.Problem);
        }
        catch (OperationCanceledException) when (call.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (Exception fault) when (fault is not BadHttpRequestException && !LeavingClients.HasLeft(fault))
        {
            log.LogError(fault, "{Method} {Path} failed", call.Request.Method, call.Request.Path);
            return new ProblemResult(Problems.Internal.Of("The supervisor failed on this call; its log says why."));
        }
    }

    private RegistrationCaller CallerOf(HttpContext call)
    {
        var (known, problem) = callers.Identify(call);

        // Also to look: the answers hold addresses with credentials in them.
        return known is { MayOperate: false } ? new RegistrationCaller(null, ApiGate.RoleTooLow(known, ApiRole.Operator))

            // What is handed out leads to whatever server is best.
            : known is { Scope.NamesOrigins: true } && !call.Request.RouteValues.ContainsKey("name")
                ? new RegistrationCaller(null, ApiScope.Refusal(known, "registrations, which lead to any server"))
            : new RegistrationCaller(known, problem);
    }

    // A wrong key and a page of another site are refused whatever they bring along.
    private static bool MayShowCredential(HttpContext call, ApiProblem why) =>
        call.GetEndpoint()?.Metadata.GetMetadata<OpenToCredentials>() is not null
        && (why.Reason == Problems.KeyMissing.Reason || why.Reason == Problems.LoopbackOnly.Reason
            || why.Reason == Problems.RoleTooLow.Reason || why.Reason == Problems.OutOfScope.Reason);
}

/// <summary>
/// Marks the calls that an encoder may make with nothing but the credential of its stream, or the id that it was given for it.
/// </summary>
internal sealed class OpenToCredentials
{
    public static readonly OpenToCredentials Instance = new();
}
