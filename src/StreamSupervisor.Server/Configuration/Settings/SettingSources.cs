namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>Where each effective value was set, over all layers.</summary>
internal sealed class SettingSources(IConfigurationRoot configuration)
{
    /// <summary>Of the value itself; null when no layer sets it.</summary>
    public SettingSource? Find(string key)
    {
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (provider is ISettingSources sources && sources.TryGetSource(key, out var source))
            {
                return source;
            }
        }

        return null;
    }

    /// <summary>
    /// The name of the file that a secret is read from, by the key of the secret, and where that name was set; null: from none.
    /// </summary>
    public (string Name, SettingSource? Source)? FileOf(string key) =>
        configuration[key + SettingsSchema.FileSuffixOfKeys] is { Length: > 0 } name
            ? (name, Find(key + SettingsSchema.FileSuffixOfKeys))
            : null;

    /// <summary>Of the value, or of the innermost section around it: where to look for what is missing.</summary>
    public SettingSource? FindNearest(string key)
    {
        for (string? at = key; at is not null; at = ConfigurationPath.GetParentPath(at))
        {
            if (Find(at) is { } source)
            {
                return source;
            }
        }

        return null;
    }
}
