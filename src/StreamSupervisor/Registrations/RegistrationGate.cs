using StreamSupervisor.Api;

namespace StreamSupervisor.Registrations;

/// <summary>
/// Who may register. The API's own gate but for its limit on changing calls: fifty a second is generous for people and scripts, and far too few for a
/// fleet of encoders behind one key that all lost the same network.
/// </summary>
internal sealed class RegistrationGate(ApiCallers callers, ILogger<RegistrationGate> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var call = context.HttpContext;
        call.Response.Headers.CacheControl = "no-store";
        call.Response.Headers.XContentTypeOptions = "nosniff";
        var (caller, problem) = callers.Identify(call);
        if (caller is null)
        {
            return new ProblemResult(problem!);
        }

        if (!caller.MayOperate)
        {
            // Also to look: the answers hold addresses with credentials in them.
            return new ProblemResult(Problems.RoleTooLow.Of($"The API key '{caller.Name}' has the role read; registrations need the role operate."));
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
        catch (Exception fault) when (fault is not BadHttpRequestException)
        {
            log.LogError(fault, "{Method} {Path} failed", call.Request.Method, call.Request.Path);
            return new ProblemResult(Problems.Internal.Of("The supervisor failed on this call; its log says why."));
        }
    }
}
