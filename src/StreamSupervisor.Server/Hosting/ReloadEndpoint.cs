using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Hosting;

/// <summary><c>POST /api/v1/reload</c>: has this member read its settings again; the others read their own files.</summary>
internal static class ReloadEndpoint
{
    private const int MaxBy = 100;
    private const int MaxWhy = 300;

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var (reload, callers) = (services.GetRequiredService<SettingsReload>(), services.GetRequiredService<ApiCallers>());
        var gate = new ApiGate(callers.Identify, services.GetRequiredService<ILogger<ApiGate>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(gate.Dispose);
        var group = endpoints.MapGroup(ApiEndpoints.Prefix).AddEndpointFilter(gate).WithMetadata(NeedsAdmin.Instance);
        group.MapPost("/reload", Task<IResult> (HttpContext call) => ReloadAsync(reload, call))
            .Produces<ReloadView>().WithName("ReloadSettings")
            .TakesQuery(new ApiParameter("by", "who orders it, for the audit; the name of the API key when left out"),
                new ApiParameter("why", "what for, for the audit"))
            .Fails(422)
            .WithSummary("Has this member read its settings again: all of them or, where one is wrong, none. Needs the role admin.");
        return group;
    }

    private static async Task<IResult> ReloadAsync(SettingsReload reload, HttpContext call)
    {
        var query = call.Request.Query;
        query.AllowOnly("by", "why");
        var by = ApiEndpoints.CallerOf(call).Named(Line(query, "by", MaxBy));
        var (done, problem) = await reload.ReloadAsync(by, Line(query, "why", MaxWhy) ?? "");
        return done is not null ? Results.Json(done, ApiJson.Shared.ReloadView) : new ProblemResult(problem!);
    }

    private static string? Line(IQueryCollection query, string name, int most) =>
        query.Text(name, most) is { } text && text.Any(char.IsControl)
        ? throw new ApiProblemException(ApiProblem.BadField(name, $"{name}: Write it on one line."))
        : query.Text(name, most);
}
