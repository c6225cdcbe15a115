using System.Data.Common;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>A value in force.</summary>
/// <param name="Value">As one would write it; secrets are masked.</param>
/// <param name="Where">File and line, variable or switch; <c>default</c>.</param>
internal sealed record EffectiveSetting(string Name, string Value, SettingLayer Layer, string Where);

/// <summary>All values in force, in the order of the manual.</summary>
internal static class EffectiveSettings
{
    public const string Mask = "********";

    public static IReadOnlyList<EffectiveSetting> Of(LoadedConfiguration loaded) => Of(loaded.Options, loaded.Sources);

    /// <param name="options">The settings.</param>
    /// <param name="sources">Where they were set; null for those that no file was read for.</param>
    public static IReadOnlyList<EffectiveSetting> Of(SupervisorOptions options, SettingSources? sources) =>
        [.. Walk(SettingsSchema.Root, options, "", sources)];

    private static IEnumerable<EffectiveSetting> Walk(SettingNode node, object? value, string path, SettingSources? sources)
    {
        switch (node)
        {
            case SectionNode section:
                return section.Members.SelectMany(m => Walk(m, m.Property!.GetValue(value), path.Length == 0
                    ? m.Name
                    : $"{path}.{m.Name}", sources));
            case ListNode list when value is System.Collections.IList { Count: > 0 } items:
                return items.Cast<object?>().SelectMany((item, i) => Walk(list.Item, item, $"{path}[{i}]", sources));
            case ListNode:
                return [Setting(path, "[]", sources)];
            default:
                return [Setting(path, node.IsSecret ? Masked(node, SettingValue.Format(value)) : Shown(value), sources)];
        }
    }

    private static string Shown(object? value) => value is "" ? "\"\"" : SettingValue.Format(value);

    private static EffectiveSetting Setting(string path, string value, SettingSources? sources)
    {
        if (sources?.FileOf(ConfigurationKey.Of(path)) is (var file, { } named))
        {
            return new EffectiveSetting(path, value, named.Layer, $"file {file}, named in {named.Where}");
        }

        var source = sources?.Find(ConfigurationKey.Of(path));
        return source is null or { Layer: SettingLayer.Default }
            ? new EffectiveSetting(path, value, SettingLayer.Default, "default")
            : new EffectiveSetting(path, value, source.Layer, source.Where);
    }

    /// <summary>Of a connection string the host and the database stay readable: they are what one looks for here.</summary>
    private static string Masked(SettingNode node, string secret)
    {
        if (secret is "" or "null")
        {
            return secret.Length == 0 ? "\"\"" : secret;
        }

        // Only for this one setting: a random key in base64 that ends in '=' reads as a keyword, too.
        if (node.Name != "connection-string")
        {
            return Mask;
        }

        try
        {
            var connection = new DbConnectionStringBuilder { ConnectionString = secret };
            var readable = connection.Keys!.Cast<string>().Where(IsHarmless).Select(k => $"{k}={connection[k]}");
            return string.Join(';', [.. readable, Mask]);
        }
        catch (ArgumentException)
        {
            return Mask;
        }
    }

    // Named are the harmless ones: a new keyword of the driver that carries a secret is masked without our knowing it.
    private static bool IsHarmless(string keyword) =>
        keyword.ToLowerInvariant() is "host" or "server" or "port" or "database" or "username" or "user id" or "application name";
}
