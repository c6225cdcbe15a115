using Microsoft.OpenApi;

namespace StreamSupervisor.Server.Api;

/// <summary>A parameter of the query.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Meaning">For people.</param>
/// <param name="Type">What its text is read as.</param>
/// <param name="Words">The only texts it takes; empty where it takes any.</param>
/// <param name="IsNeeded">Whether the call is refused without it.</param>
internal sealed record ApiParameter(string Name, string Meaning, JsonSchemaType Type = JsonSchemaType.String,
    IReadOnlyList<string>? Words = null,
    bool IsNeeded = false)
{
    public static readonly ApiParameter Limit = new("limit", "at most so many rows, from 1; a page may have fewer", JsonSchemaType.Integer);
    public static readonly ApiParameter Cursor = new("cursor", "the 'next' of the page before");
    public static readonly ApiParameter Force = new("force", "insists where the answer was 409", Words: ["true", "false"]);
}

/// <summary>Path and query of a route, for its document.</summary>
internal static class ApiParameters
{
    private static readonly (string Name, string Meaning)[] PathParts =
    [
        ("vhost", "The vhost as SRS resolved it; '-' for the default one."),
        ("app", "The app; a slash inside it is written %2F."),
        ("stream", "The stream name."),
        ("id", "A registration by the registrationId of its answer; a shard by its number."),
        ("name", "The configured name of the origin."),
        ("webhook", "A receiver: its name, or its number in the settings, from 0."),
        ("address", "A member: its address in Akka's words, host and port, its name, or its incarnation."),
    ];

    /// <summary>Describes the query of an endpoint.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder endpoint, params IReadOnlyList<ApiParameter> parameters) =>
        endpoint.WithMetadata(new Query(parameters));

    /// <param name="path">The route's pattern.</param>
    /// <param name="metadata">The route's metadata.</param>
    public static IEnumerable<OpenApiParameter> Of(string path, IList<object> metadata) =>
    [
        .. PathParts.Where(part => path.Replace("**", "", StringComparison.Ordinal).Contains($"{{{part.Name}}}", StringComparison.Ordinal))
            .Select(part => Describe(new ApiParameter(part.Name, part.Meaning, IsNeeded: true), ParameterLocation.Path)),
        .. metadata.OfType<Query>().SelectMany(query => query.All).Select(one => Describe(one, ParameterLocation.Query)),
    ];

    private static OpenApiParameter Describe(ApiParameter one, ParameterLocation where) => new()
    {
        Name = one.Name,
        In = where,
        Required = one.IsNeeded,
        Description = one.Meaning,
        Schema = new OpenApiSchema
        {
            Type = one.Type,
            Format = one.Type == JsonSchemaType.Integer ? "int32" : null,
            Minimum = one.Type == JsonSchemaType.Integer ? "1" : null,
            Enum = one.Words is { } words ? [.. words.Select(word => (System.Text.Json.Nodes.JsonNode)word)] : null,
        },
    };

    private sealed record Query(IReadOnlyList<ApiParameter> All);
}
