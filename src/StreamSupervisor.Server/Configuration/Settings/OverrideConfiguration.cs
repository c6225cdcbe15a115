namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>
/// Single values laid over the files: environment variables and <c>--set</c> switches. .NET's own providers for both do not remember
/// which variable or switch a value came from, and know nothing of hyphens.
/// </summary>
internal sealed class OverrideConfigurationSource(IEnumerable<(SettingSource Source, string Key, string Value)> values)
    : IConfigurationSource
{
    private const string Prefix = "STREAMSUPERVISOR__";

    /// <summary>All variables that begin with <c>STREAMSUPERVISOR__</c>; <c>__</c> separates the parts of the path.</summary>
    public static OverrideConfigurationSource FromEnvironment(IReadOnlyDictionary<string, string> environment) => new(
        from variable in environment
        where variable.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        orderby variable.Key
        select (new SettingSource(SettingLayer.Environment, $"environment variable {variable.Key}", variable.Key),
            ConfigurationKey.Of(variable.Key.Replace("__", ".", StringComparison.Ordinal)), variable.Value));

    /// <summary>Switches <c>path=value</c>; the value is taken as it stands, without HOCON's quotes.</summary>
    /// <param name="malformed">Those that hold no <c>=</c> or no path.</param>
    public static OverrideConfigurationSource FromCommandLine(IEnumerable<string> settings, out IReadOnlyList<string> malformed)
    {
        var values = new List<(SettingSource, string, string)>();
        var bad = new List<string>();
        foreach (var setting in settings)
        {
            if (setting.Split('=', 2) is [var path, var value] && path.Trim() is { Length: > 0 } name)
            {
                values.Add((new SettingSource(SettingLayer.CommandLine, $"--set {name}", name), ConfigurationKey.Of(name), value.Trim()));
            }
            else
            {
                bad.Add(setting);
            }
        }

        malformed = bad;
        return new OverrideConfigurationSource(values);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new OverrideConfigurationProvider(values);
}

internal sealed class OverrideConfigurationProvider(IEnumerable<(SettingSource Source, string Key, string Value)> values)
    : ConfigurationProvider, ISettingSources
{
    private readonly Dictionary<string, SettingSource> _sources = new(StringComparer.OrdinalIgnoreCase);

    public override void Load()
    {
        foreach (var (source, key, value) in values)
        {
            Data[key] = value;
            _sources[key] = source;
        }
    }

    public bool TryGetSource(string key, out SettingSource source) => _sources.TryGetValue(key, out source!);
}
