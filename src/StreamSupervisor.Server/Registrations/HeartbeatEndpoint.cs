using System.Text.Json;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// <c>POST /heartbeat/v1/{token}</c>. SRS drops the query string and waits for the answer inside its timer, so the secret stands in the
/// path and the answer is immediate.
/// </summary>
internal static class HeartbeatEndpoint
{
    private const int MaxBody = 64 * 1024;

    /// <param name="originOf">The node that a secret belongs to, compared in constant time; null for none.</param>
    /// <param name="heard">Takes it; must be quick and must not throw.</param>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, Func<string, string?> originOf,
        Action<HeartbeatHeard> heard) =>
        endpoints.MapPost("/heartbeat/v1/{token}", async Task<IResult> (HttpContext call, string token) =>
        {
            if (CallOrigin.IsPage(call.Request))
            {
                return new ProblemResult(Problems.CrossSite.Of("This call comes from a web page. Only SRS sends heartbeats."));
            }

            if (originOf(token) is not { } origin)
            {
                return Results.NotFound();
            }

            var buffer = new byte[MaxBody + 1];
            var read = await call.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, call.RequestAborted);
            if (read <= MaxBody && Read(origin, buffer.AsMemory(0, read)) is { } heartbeat)
            {
                heard(heartbeat);
                return Results.Text("""{"code":0}""", "application/json");
            }

            return Results.BadRequest();
        }).ExcludeFromDescription();

    internal static HeartbeatHeard? Read(string origin, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var data = Child(Child(root, "summaries"), "data");

            // A fraction of one processor, whatever its name says.
            return new HeartbeatHeard(origin, Text(root, "server", "server_id"), Text(root, "service", "service_id"),
                Number(Child(data, "self"), "cpu_percent") * 100);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string Text(JsonElement parent, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Child(parent, name) is { ValueKind: JsonValueKind.String } text)
            {
                return text.GetString()!;
            }
        }

        return "";
    }

    private static double? Number(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && double.IsFinite(value)
            && value is >= 0 and < 1e9 ? value : null;
}
