using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using StreamSupervisor.Client;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// Makes a schema say what the program does with null: absent in an answer (but for the fields that a stream always shows), and as good
/// as absent in what is sent. Left to itself the generator calls each field of a record needed, and null a value of it.
/// </summary>
internal static class ApiSchemas
{
    private static readonly HashSet<Type> Sent =
    [
        typeof(RegistrationRequest), typeof(RegistrationUpdate),
        .. typeof(ApiSchemas).Assembly.GetTypes().Where(type => type.IsDefined(typeof(SentByCallersAttribute), inherit: false)),
    ];

    /// <summary>Which fields of an object are always there, and which may be null.</summary>
    public static void Describe(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (schema is { Enum.Count: > 0, Type: null })
        {
            schema.Type = JsonSchemaType.String;
        }

        if (type.Kind != JsonTypeInfoKind.Object || schema.Properties is null)
        {
            return;
        }

        var isSent = Sent.Contains(type.Type);
        if (isSent)
        {
            schema.AdditionalPropertiesAllowed = false;
        }

        var required = new HashSet<string>();
        foreach (var property in type.Properties)
        {
            var attributes = property.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
            var isShown = attributes.Any(one => one is JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never });
            var isNeeded = attributes.Any(one => one is RequiredAttribute);
            var mayBeNull = property.IsGetNullable && !isNeeded;
            if (isSent ? isNeeded || property is { IsGetNullable: false, AssociatedParameter.HasDefaultValue: false } : !mayBeNull
                || isShown)
            {
                required.Add(property.Name);
            }

            if ((isSent ? isNeeded : !isShown) && schema.Properties.TryGetValue(property.Name, out var field)
                && field is OpenApiSchema { Type: { } types } plain)
            {
                plain.Type = types & ~JsonSchemaType.Null;
            }
        }

        schema.Required = required;
    }

    /// <summary>The same for fields that are objects of their own: null is one of their kinds only where an answer shows it.</summary>
    public static void Describe(OpenApiDocument document)
    {
        var sent = Sent.Select(type => type.Name).ToHashSet();
        foreach (var (name, schema) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            foreach (var (property, field) in schema.Properties?.ToList() ?? [])
            {
                if (!sent.Contains(name) && schema.Required?.Contains(property) != true && field.OneOf is [{ Type: JsonSchemaType.Null },
                    var only])
                {
                    schema.Properties![property] = only;
                }
            }
        }
    }
}

/// <summary>Marks a body that callers send: null in it is as good as left out, and a field that is not there is refused.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SentByCallersAttribute : Attribute;
