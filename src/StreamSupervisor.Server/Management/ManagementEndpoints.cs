using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// Health and metrics, on a listener of their own: for probes and scrapers, without keys, so it listens on loopback unless told otherwise.
/// </summary>
internal static class ManagementEndpoints
{
    /// <summary>
    /// Maps <c>/alive</c>, <c>/ready</c> and <c>/metrics</c>. Needs <see cref="Readiness"/> and <see cref="PrometheusExporter"/> among the
    /// services.
    /// </summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var readiness = endpoints.ServiceProvider.GetRequiredService<Readiness>();
        var metrics = endpoints.ServiceProvider.GetRequiredService<PrometheusExporter>();
        var group = endpoints.MapGroup("").WithGroupName(ApiDocument.OfManagement).AsksNobody();

        // That the process answers at all is the proof: anything more would let a probe restart a member whose store is away.
        group.MapGet("/alive", IResult () => Answer(200, new HealthAnswer("alive", null, null)))
            .WithName("Alive").WithSummary("The process answers. Restart it when this fails.").Produces<HealthAnswer>();
        group.MapGet("/ready", IResult () => readiness.Reasons is { Count: > 0 } reasons
            ? Answer(503, new HealthAnswer("not-ready", reasons, WarningsOf(readiness)))
            : Answer(200, new HealthAnswer("ready", null, WarningsOf(readiness))))
            .WithName("Ready").WithSummary("This member takes new work; else 503 and why not.").Produces<HealthAnswer>()
                .Produces<HealthAnswer>(503);
        var scrape = group.MapGet("/metrics", IResult (HttpContext call) => WantsOpenMetrics(call.Request)
                ? Results.Text(metrics.Scrape(openMetrics: true), PrometheusExporter.OpenMetricsContentType)
                : Results.Text(metrics.Scrape(), PrometheusExporter.ContentType))
            .WithName("Metrics").WithSummary("Metrics in Prometheus's text format; in OpenMetrics for those who accept it.")
            .Produces<string>(200, "text/plain", PrometheusExporter.OpenMetricsType)
            .Produces<ApiProblem>(403, ApiProblem.MediaType);
        if (endpoints.ServiceProvider.GetService<KnownHosts>() is { } hosts)
        {
            scrape.AddEndpointFilter(hosts);
        }

        return group;
    }

    /// <summary>A caller that names it can read it, whatever it names beside it: Prometheus does, and prefers it.</summary>
    private static bool WantsOpenMetrics(HttpRequest request) => request.Headers.Accept.Any(accepted =>
        accepted?.Contains(PrometheusExporter.OpenMetricsType, StringComparison.OrdinalIgnoreCase) == true);

    private static IReadOnlyDictionary<string, string>? WarningsOf(Readiness readiness) =>
        readiness.Warnings is { Count: > 0 } warnings ? warnings : null;

    private static IResult Answer(int status, HealthAnswer answer) => Results.Json(answer, HealthJson.Shared.HealthAnswer,
        statusCode: status);
}

/// <summary>The answer of a health check.</summary>
/// <param name="Reasons">Why not: the part of the program, and a sentence.</param>
/// <param name="Warnings">What a person must mend though this member takes new work, in the same form; absent when there is
/// nothing.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, string>? Reasons,
    IReadOnlyDictionary<string, string>? Warnings);

[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    /// <summary>camelCase, absent instead of null; texts stay readable, apostrophes too.</summary>
    public static HealthJson Shared { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
