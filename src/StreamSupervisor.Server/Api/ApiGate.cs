using System.Threading.RateLimiting;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Server.Api;

/// <summary>What every call passes: who calls, whether it may, how often, and how an error is told.</summary>
internal sealed class ApiGate : IEndpointFilter, IDisposable
{
    // Generous: an operator's script that kicks a whole fleet passes; one that runs wild does not fill the journal.
    private const int OrdersAtOnce = 200;
    private const int OrdersPerSecond = 50;

    private readonly Func<HttpContext, (ApiCaller? Caller, ApiProblem? Problem)> _identify;
    private readonly ILogger _log;
    private readonly PartitionedRateLimiter<string> _orders;

    /// <param name="identify">Who calls, or why it is not answered.</param>
    /// <param name="log">Where failures are told.</param>
    public ApiGate(Func<HttpContext, (ApiCaller? Caller, ApiProblem? Problem)> identify, ILogger<ApiGate> log)
    {
        _identify = identify;
        _log = log;
        _orders = PartitionedRateLimiter.Create<string, string>(
            static caller => RateLimitPartition.GetTokenBucketLimiter(caller, static _ => new()
        {
            TokenLimit = OrdersAtOnce,
            TokensPerPeriod = OrdersPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var call = context.HttpContext;
        call.Response.Headers.CacheControl = "no-store";
        call.Response.Headers.XContentTypeOptions = "nosniff";

        var (caller, problem) = _identify(call);
        if (caller is null)
        {
            return new ProblemResult(problem!);
        }

        if (WhyNot(call, caller) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (IsChange(call.Request))
        {
            using var permit = _orders.AttemptAcquire(caller.Name);
            if (!permit.IsAcquired)
            {
                return new ProblemResult(Problems.TooManyCalls.Of(
                    $"At most {OrdersPerSecond} changing calls a second are taken from one caller."));
            }
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
        catch (StoreUnavailableException failure)
        {
            _log.LogWarning("The store did not answer {Method} {Path}: {Why}", call.Request.Method, call.Request.Path, failure.Message);
            return new ProblemResult(Problems.StoreUnavailable.Of("The store did not answer in time. Nothing was changed; try again."));
        }
        catch (OperationCanceledException) when (call.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (Exception fault) when (fault is not BadHttpRequestException && !LeavingClients.HasLeft(fault))
        {
            _log.LogError(fault, "{Method} {Path} failed", call.Request.Method, call.Request.Path);
            return new ProblemResult(Problems.Internal.Of("The supervisor failed on this call; its log says why."));
        }
    }

    public void Dispose() => _orders.Dispose();

    /// <summary>What the caller lacks for this route; null: nothing.</summary>
    private static ApiProblem? WhyNot(HttpContext call, ApiCaller caller)
    {
        var marks = call.GetEndpoint()?.Metadata;
        var needed = marks?.GetMetadata<NeedsAdmin>() is not null ? ApiRole.Admin
            : IsChange(call.Request) ? ApiRole.Operator
            : ApiRole.Viewer;
        if (caller.Role < needed)
        {
            return RoleTooLow(caller, needed);
        }

        return caller.Scope.IsAll || marks?.GetMetadata<HeedsScope>() is not null ? null : Problems.OutOfScope.Of(
            $"The API key '{caller.Name}' is for some streams or servers only, and this call is about all of them.");
    }

    /// <summary>What a caller hears whose role does not reach.</summary>
    internal static ApiProblem RoleTooLow(ApiCaller caller, ApiRole needed) => Problems.RoleTooLow.Of(
        $"The API key '{caller.Name}' has the role {ApiCaller.WordOf(caller.Role)}; this call needs the role {ApiCaller.WordOf(needed)}.");

    private static bool IsChange(HttpRequest request) => !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
}
