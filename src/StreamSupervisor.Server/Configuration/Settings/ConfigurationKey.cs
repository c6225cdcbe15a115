namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>
/// How names of settings become keys of <see cref="IConfiguration"/>: case does not matter there, and hyphens and underscores are dropped,
/// so that <c>hook-token</c> (file), <c>HOOK_TOKEN</c> (environment) and <c>HookToken</c> (option) are one.
/// </summary>
internal static class ConfigurationKey
{
    public const string Root = "streamsupervisor";

    public static string Normalize(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>
    /// The key of a setting: <c>origins[0].hook-token</c> or <c>origins.0.hook-token</c>, with or without the root in front.
    /// </summary>
    public static string Of(string setting)
    {
        var parts = setting.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split('.', StringSplitOptions.RemoveEmptyEntries).Select(Normalize);
        var key = string.Join(ConfigurationPath.KeyDelimiter, parts);
        return key.Length == 0 ? Root
            : key == Root || key.StartsWith(Root + ConfigurationPath.KeyDelimiter, StringComparison.Ordinal) ? key
            : ConfigurationPath.Combine(Root, key);
    }
}
