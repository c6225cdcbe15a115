using StreamSupervisor.Server.Configuration.Hocon;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>
/// A resolved HOCON tree as a source of <see cref="IConfiguration"/>. One source for all files: substitutions, <c>+=</c> and lists
/// (which replace each other whole) work across files, which they could not if each file were a source of its own.
/// </summary>
/// <param name="defaults">The name of the file whose values count as defaults.</param>
internal sealed class HoconConfigurationSource(HoconObject tree, string defaults) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(tree, defaults);
}

/// <summary>Keys are normalized (<see cref="ConfigurationKey"/>), list items are numbered from 0, null sets nothing.</summary>
internal sealed class HoconConfigurationProvider(HoconObject tree, string defaults) : ConfigurationProvider, ISettingSources
{
    private readonly Dictionary<string, SettingSource> _sources = new(StringComparer.OrdinalIgnoreCase);

    public override void Load()
    {
        Data.Clear();
        _sources.Clear();
        foreach (var (key, value) in tree.Members)
        {
            Add(ConfigurationKey.Normalize(key), key, value);
        }
    }

    public bool TryGetSource(string key, out SettingSource source) => _sources.TryGetValue(key, out source!);

    private void Add(string key, string written, HoconValue value)
    {
        if (value is HoconNull)
        {
            return;
        }

        var layer = value.Position.File == defaults ? SettingLayer.Default : SettingLayer.File;
        _sources[key] = new SettingSource(layer, value.Position.ToString(), written, value.Position.File);
        switch (value)
        {
            case HoconText text:
                Data[key] = text.Text;
                break;
            case HoconList list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Add(ConfigurationPath.Combine(key, $"{i}"), $"{written}[{i}]", list.Items[i]);
                }

                break;
            case HoconObject section:
                // Keys exist through the values below them, so that an empty item of a list would vanish, and its mistakes with it.
                if (section.Members.Count == 0 && key.Length > 0 && char.IsAsciiDigit(key[^1]))
                {
                    Data[key] = "";
                }

                foreach (var (name, member) in section.Members)
                {
                    Add(ConfigurationPath.Combine(key, ConfigurationKey.Normalize(name)), $"{written}.{name}", member);
                }

                break;
        }
    }
}
