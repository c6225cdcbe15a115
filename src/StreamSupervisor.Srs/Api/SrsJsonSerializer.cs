using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Refit;

namespace StreamSupervisor.Srs.Api;

/// <summary>Reads SRS's JSON for Refit: strictly first, and repaired where that fails.</summary>
internal sealed class SrsJsonSerializer : IHttpContentSerializer
{
    /// <param name="content">The <see cref="SrsBody"/> that the transport has read.</param>
    /// <exception cref="JsonException">The body is not what SRS answers, repaired or not.</exception>
    public Task<T?> FromHttpContentAsync<T>(HttpContent content, CancellationToken cancellationToken = default)
    {
        var type = (JsonTypeInfo<T>)(SrsWireContext.Default.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"SrsWireContext does not know {typeof(T).Name}."));
        var body = ((SrsBody)content).Bytes;
        return Task.FromResult(body.IsEmpty ? default : Read(body, type));
    }

    public HttpContent ToHttpContent<T>(T item) => throw new NotSupportedException("Nothing is sent to SRS but the request itself.");

    public string? GetFieldNameForProperty(PropertyInfo propertyInfo) => null;

    private static T? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            // SRS passes stream names through as an encoder sent them. One name that is no UTF-8 must not blind us for the whole page.
            var repaired = ArrayPool<byte>.Shared.Rent(LenientUtf8.MaxLength(body.Length));
            try
            {
                return JsonSerializer.Deserialize(repaired.AsSpan(0, LenientUtf8.Repair(body, repaired)), type);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(repaired);
            }
        }
    }
}
