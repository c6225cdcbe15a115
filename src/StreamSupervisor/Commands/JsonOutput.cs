using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSupervisor.Commands;

/// <summary>How <c>--json</c> writes: camelCase, indented, null left in.</summary>
internal static class JsonOutput
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // For terminals and jq, not for web pages: quotes and umlauts stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };
}

/// <summary>Small sentences that several commands end with.</summary>
internal static class Sentence
{
    public static string Counts(int errors, int warnings) => $"{Count(errors, "error")}, {Count(warnings, "warning")}.";

    public static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
