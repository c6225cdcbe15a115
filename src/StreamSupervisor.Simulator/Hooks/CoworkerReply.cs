using System.Text.Json;

namespace StreamSupervisor.Simulator.Hooks;

/// <summary>
/// Reads the answer of a coworker as SRS does (<c>SrsHttpHooks::discover_co_workers</c>): it must be an answer that a hook would accept,
/// and hold <c>data.origin</c> with a text <c>ip</c> and an integer <c>port</c>. A coworker that is SRS itself says
/// <c>"origin": null</c> of a stream that it does not have, which counts as a failure.
/// </summary>
public static class CoworkerReply
{
    /// <summary>Reads one answer.</summary>
    /// <returns>Null: it failed. An empty host or port 0: nowhere to go. In both cases the next coworker is asked.</returns>
    public static (string Host, int Port)? Read(int status, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (HookAnswer.Read(status, body) != HookResult.Accepted || !body.TrimStart().StartsWith('{'))
        {
            return null;
        }

        using var document = JsonDocument.Parse(body);
        return Child(document.RootElement, "data") is { } data && Child(data, "origin") is { } origin
            && origin.TryGetProperty("ip", out var host) && host.ValueKind == JsonValueKind.String
            && origin.TryGetProperty("port", out var port) && port.ValueKind == JsonValueKind.Number && port.TryGetInt32(out var number)
            ? (host.GetString()!, number)
            : null;
    }

    private static JsonElement? Child(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child : null;
}
