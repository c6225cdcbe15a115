using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Refit;

namespace StreamSupervisor.Srs.Api;

/// <summary>Reads SRS's JSON for Refit: strictly first, and repaired where that fails.</summary>
internal sealed class SrsJsonSerializer : IHttpContentSerializer
{
    /// <exception cref="JsonException">The body is not what SRS answers, repaired or not.</exception>
    public async Task<T?> FromHttpContentAsync<T>(HttpContent content, CancellationToken cancellationToken = default)
    {
        var type = (JsonTypeInfo<T>)(SrsWireContext.Default.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"SrsWireContext does not know {typeof(T).Name}."));

        // The transport has buffered the body already, so this copies and does not wait.
        var body = await content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            // SRS passes stream names through as an encoder sent them. One name that is no UTF-8 must not blind us for the whole page.
            return JsonSerializer.Deserialize(LenientUtf8.Repair(body), type);
        }
    }

    public HttpContent ToHttpContent<T>(T item) => throw new NotSupportedException("Nothing is sent to SRS but the request itself.");

    public string? GetFieldNameForProperty(PropertyInfo propertyInfo) => null;
}
