using Microsoft.OpenApi;

namespace StreamSupervisor.Server.Api;

/// <summary>Who may call, and what a call can fail with, in OpenAPI's words.</summary>
internal static class ApiSecurity
{
    private const string Bearer = "bearer";
    private const string ApiKey = "apiKey";

    /// <summary>What every gated call can answer: the caller, the store, and a fault of ours.</summary>
    private static readonly int[] Gate = [400, 401, 403, 429, 500, 503];

    /// <summary>Describes the errors of endpoints behind the gate.</summary>
    /// <param name="statuses">Further ones than those that the gate and the reading of the query give.</param>
    public static TBuilder Fails<TBuilder>(this TBuilder endpoint, params IReadOnlyList<int> statuses) where TBuilder
        : IEndpointConventionBuilder
    {
        var all = Gate.Concat(statuses).Distinct()
            .Select(status => (object)new ProducesResponseTypeMetadata(status, typeof(ApiProblem), [ApiProblem.MediaType])).ToArray();
        return endpoint.WithMetadata(all);
    }

    /// <summary>Marks an endpoint that answers whoever reaches the port.</summary>
    public static TBuilder AsksNobody<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(Open.Instance);

    public static void Describe(OpenApiDocument document)
    {
        document.AddComponent(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "One of api.keys.",
        });
        document.AddComponent(ApiKey, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
            Description = "The same, in a header of its own.",
        });

        // The empty one: where no keys are configured, callers from loopback need none.
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, document)] = [] },
            [],
        ];
    }

    public static void Describe(OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<Open>().Any())
        {
            operation.Security = [[]];
        }
    }

    private sealed class Open
    {
        public static readonly Open Instance = new();
    }
}
