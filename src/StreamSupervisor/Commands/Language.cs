namespace StreamSupervisor.Commands;

/// <summary>The language of texts for people.</summary>
internal static class Language
{
    /// <summary>What the environment asks for: <c>zh_CN.UTF-8</c>; <c>en</c> where it asks for nothing.</summary>
    public static string OfEnvironment => new[] { "LC_ALL", "LC_MESSAGES", "LANG" }
        .Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "en";

    /// <summary>Whether texts are to be Chinese.</summary>
    /// <param name="asked">What the command line says; null: the environment decides.</param>
    public static bool IsChinese(string? asked) => (asked ?? OfEnvironment).StartsWith("zh", StringComparison.OrdinalIgnoreCase);
}
