using System.Text.Json.Serialization;
using Microsoft.OpenApi;

namespace StreamSupervisor.Server.Api;

/// <summary>The API in OpenAPI's words, at <c>/api/v1/openapi.json</c>: made from the routes as they are mapped, so it can't tell of others.</summary>
internal static class ApiDocument
{
    private static readonly Dictionary<string, string> PathParts = new()
    {
        ["vhost"] = "The vhost as SRS resolved it; '-' for the default one.",
        ["app"] = "The app; a slash inside it is written %2F.",
        ["stream"] = "The stream name.",
        ["id"] = "The registrationId of the answer to a registration.",
        ["name"] = "The configured name of the node.",
    };

    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull);
        services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "StreamSupervisor",
                    Version = "v1",
                    Description = "Without api.keys only callers from loopback are answered; with them send 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'. "
                        + "Errors are problem+json with a stable 'reason'. Registrations also take an encoder that has no API key "
                        + "and sends the credential of its stream instead.",
                };
                document.Servers = [];
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                // The handlers read path and query by hand; so they are described by hand too.
                var path = context.Description.RelativePath ?? "";
                operation.Parameters =
                [
                    .. PathParts.Where(part => path.Contains($"{{{part.Key}}}", StringComparison.Ordinal)).Select(part => Parameter(part.Key, part.Value, ParameterLocation.Path)),
                    .. context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryParameters>().SelectMany(query => query.All)
                        .Select(one => Parameter(one.Name, one.Meaning, ParameterLocation.Query)),
                ];
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Describes the query of an endpoint.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder endpoint, params IReadOnlyList<(string Name, string Meaning)> parameters) =>
        endpoint.WithMetadata(new QueryParameters(parameters));

    private static OpenApiParameter Parameter(string name, string meaning, ParameterLocation where) => new()
    {
        Name = name,
        In = where,
        Required = where == ParameterLocation.Path,
        Description = meaning,
        Schema = new OpenApiSchema { Type = name == "limit" ? JsonSchemaType.Integer : JsonSchemaType.String },
    };

    private sealed record QueryParameters(IReadOnlyList<(string Name, string Meaning)> All);
}

/// <summary>The two parameters of every list.</summary>
internal static class Paging
{
    public static readonly (string Name, string Meaning) Limit = ("limit", "at most so many rows; a page may have fewer");
    public static readonly (string Name, string Meaning) Cursor = ("cursor", "the 'next' of the page before");
}
