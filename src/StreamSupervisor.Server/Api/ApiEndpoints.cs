namespace StreamSupervisor.Server.Api;

/// <summary>
/// The HTTP API, <c>/api/v1</c>. JSON in camelCase; errors as problem+json with a stable <c>reason</c>; every list in pages. What each part
/// of a path and a body may hold is read by hand, so that an error names the field and the fix.
/// </summary>
internal static partial class ApiEndpoints
{
    public const string Prefix = "/api/v1";
    private const int StandardPage = 100;
    private static readonly string[] Reads = ["timeline", "explain"];

    /// <summary>What the API needs besides its <see cref="ApiContext"/>.</summary>
    public static void AddServices(IServiceCollection services) => ApiDocument.AddTo(services);

    /// <summary>Maps the API. Needs an <see cref="ApiContext"/> among the services.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var api = services.GetRequiredService<ApiContext>();
        var gate = new ApiGate(api.Callers.Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);

        var group = endpoints.MapGroup(Prefix).AddEndpointFilter(gate);
        MapOverview(group, api);
        var scoped = group.MapGroup("").WithMetadata(HeedsScope.Instance);
        MapStreams(scoped, api);
        MapEvents(scoped, api);
        MapOrders(scoped, api);
        MapOrigins(scoped, api);
        ApiDocument.Map(group, ApiDocument.OfApi);
        group.Map("/{**rest}", IResult (HttpContext call) => NoSuchCall(call)).ExcludeFromDescription()
            .WithMetadata(HeedsScope.Instance);
        return group;
    }

    private static IResult NoSuchCall(HttpContext call) =>
        AllowedMethods.Answer(call, $"There is no {call.Request.Method} for this path under {Prefix}.");

    /// <summary>Who calls, as the gate has told.</summary>
    internal static ApiCaller CallerOf(HttpContext call) => call.Features.Get<ApiCaller>()!;

    private static IResult Problem(ApiProblem problem) => new ProblemResult(problem);
}
