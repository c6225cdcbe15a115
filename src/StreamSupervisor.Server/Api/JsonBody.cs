using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace StreamSupervisor.Server.Api;

/// <summary>Reads the JSON body of a call: one limit and the same problems for every call that takes one.</summary>
internal static class JsonBody
{
    /// <summary>In bytes. What people send is a tenth of it.</summary>
    public const int Most = 16 * 1024;

    private const int MostOfAName = 100;

    /// <summary>The body as it came.</summary>
    /// <exception cref="ApiProblemException">It is not said to be JSON, or is too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext call)
    {
        // A page of another site can send a form or plain text without asking first, but never JSON.
        if (call.Request.ContentType?.Split(';', 2)[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ApiProblemException(Problems.NotJson.Of("Send the body as 'Content-Type: application/json'."));
        }

        if (call.Request.ContentLength > Most)
        {
            throw TooLarge();
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        try
        {
            while (await call.Request.Body.ReadAsync(buffer.GetMemory(1024), call.RequestAborted) is > 0 and var read)
            {
                buffer.Advance(read);
                if (buffer.WrittenCount > Most)
                {
                    throw TooLarge();
                }
            }
        }
        catch (BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            // The listener's own limit, hooks.max-body, may be lower.
            throw TooLarge();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The object that the body holds.</summary>
    /// <param name="type">It knows all fields; a further one is a mistake and is named.</param>
    /// <exception cref="ApiProblemException">It is none.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext call, JsonTypeInfo<T> type)
    {
        var body = await ReadAsync(call);
        try
        {
            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw new ApiProblemException(Problems.BadJson.Of("Send a JSON object."));
        }
        catch (JsonException failure) when (UnknownField(failure, type) is { } unknown)
        {
            var known = string.Join(", ", type.Properties.Select(field => field.Name));
            throw new ApiProblemException(ApiProblem.BadField(unknown, $"{unknown}: There is no such field; there are {known}."));
        }
        catch (JsonException failure)
        {
            throw new ApiProblemException(Problems.BadJson.Of(
                $"It is malformed, or a field has the wrong type ({failure.Path ?? "$"}, line {(failure.LineNumber ?? 0) + 1})."));
        }
    }

    /// <summary>The field that the reader stopped at because there is none of the name; null where something else was wrong.</summary>
    private static string? UnknownField<T>(JsonException failure, JsonTypeInfo<T> type) =>
        failure.Path is ['$', '.', .. var name] && type.Properties.All(field => field.Name != name)
            ? name.Length > MostOfAName ? name[..MostOfAName] : name
            : null;

    private static ApiProblemException TooLarge() => new(Problems.BodyTooLarge.Of($"A body has at most {Most / 1024} KB."));
}
