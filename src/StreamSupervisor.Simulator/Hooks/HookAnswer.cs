using System.Text.Json;

namespace StreamSupervisor.Simulator.Hooks;

/// <summary>
/// Reads the answer to a hook as SRS does (<c>SrsHttpHooks::do_post</c>): yes is status 200 or 201 with <c>0</c> or an object whose
/// <c>code</c> is the integer 0. Everything else is no: <c>{}</c>, <c>"0"</c>, <c>{"code":"0"}</c>, <c>0.0</c>, an empty body, 202, 204.
/// </summary>
public static class HookAnswer
{
    private static readonly char[] Blanks = ['\uFEFF', ' ', '\t', '\r', '\n'];

    /// <summary>Reads one answer.</summary>
    public static HookResult Read(int status, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return status is 200 or 201 && IsZero(body.Trim(Blanks)) ? HookResult.Accepted : HookResult.Refused;
    }

    private static bool IsZero(string text)
    {
        if (text == "0")
        {
            return true;
        }

        if (!text.StartsWith('{'))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            // The raw text, because SRS takes an integer only: a reader of numbers would take 0.0 too.
            return document.RootElement.TryGetProperty("code", out var code)
                && code.ValueKind == JsonValueKind.Number
                && code.GetRawText() == "0";
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
