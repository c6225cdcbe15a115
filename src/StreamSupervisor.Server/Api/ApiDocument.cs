using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using StreamSupervisor.Client;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// The program in OpenAPI's words, a document for each listener: <c>/api/v1/openapi.json</c> for the API, <c>/cluster/openapi.json</c>
/// for what the management port answers. Made from the routes as they are mapped, so neither can tell of others. SRS's own calls (hooks,
/// heartbeat) are not in them.
/// </summary>
internal static class ApiDocument
{
    /// <summary>The document of the API's listener; routes without a group name are in it.</summary>
    public const string OfApi = "v1";

    /// <summary>The document of the management listener; its routes carry this as their group name.</summary>
    public const string OfManagement = "management";

    private const string Intro = "Without api.keys only callers from loopback are answered; with them send "
        + "'Authorization: Bearer KEY' or 'X-Api-Key: KEY'. "
        + "Errors are problem+json with a stable 'reason'. A field that has no value is left out of an answer, unless it is nullable here. "
        + "HEAD is answered wherever GET is; another method hears 405 with Allow, and a path that is not here 404. ";

    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(
                new JsonStringEnumConverter<RegistrationDecision>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
        services.AddOpenApi(OfApi, options => Describe(options, "StreamSupervisor",
            $"{Intro}Registrations also take an encoder that has no API key and sends the credential of its stream instead."));
        services.AddOpenApi(OfManagement, options => Describe(options, "StreamSupervisor, management",
            $"{Intro}Looking also needs no key from the networks in management.allow; probes and metrics ask nobody."));
    }

    /// <summary>Maps where a document is read.</summary>
    public static void Map(IEndpointRouteBuilder routes, string document) => routes.MapGet("/openapi.json", async Task (HttpContext call) =>
    {
        var described = await call.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(document)
            .GetOpenApiDocumentAsync(call.RequestAborted);
        call.Response.ContentType = "application/json; charset=utf-8";
        await call.Response.WriteAsync(await described.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, call.RequestAborted),
            call.RequestAborted);
    }).ExcludeFromDescription().WithMetadata(HeedsScope.Instance);

    private static void Describe(OpenApiOptions options, string title, string description)
    {
        var group = options.DocumentName;
        options.ShouldInclude = route => (route.GroupName ?? OfApi) == group;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = title, Version = "v1", Description = description };
            document.Servers = [];
            ApiSecurity.Describe(document);
            ApiSchemas.Describe(document);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            // The handlers read path and query by hand; so they are described by hand too.
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            operation.Parameters = [.. ApiParameters.Of(context.Description.RelativePath ?? "", metadata)];
            ApiSecurity.Describe(operation, metadata);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            ApiSchemas.Describe(schema, context.JsonTypeInfo);
            return Task.CompletedTask;
        });
    }
}
