using StreamSupervisor.Srs.Configuration;
namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>
/// Reads all settings into the option classes and reports every value that does not fit and every key that nothing knows.
/// .NET's binder stops at the first bad value, cannot say where it was set, passes over unknown keys and cannot read <c>2.5s</c>.
/// </summary>
internal sealed class OptionsBinder(SettingSources sources, SecretFiles files, ICollection<ConfigProblem> problems)
{
    /// <summary>The options; what was reported as a mistake has its default.</summary>
    public SupervisorOptions Bind(IConfiguration configuration) =>
        (SupervisorOptions)ReadSection(SettingsSchema.Root, configuration.GetSection(ConfigurationKey.Root), "");

    private object ReadSection(SectionNode node, IConfigurationSection section, string path)
    {
        var options = Activator.CreateInstance(node.Type)!;
        if (!string.IsNullOrEmpty(section.Value))
        {
            Report(path, section, "takes settings, not a value.", $"Write {node.Name} {{ … }}.");
        }

        foreach (var child in section.GetChildren().Where(c => node.Find(c.Key) is null && node.FindByFile(c.Key) is null))
        {
            ReportUnknown(node, child, path);
        }

        foreach (var member in node.Members)
        {
            var child = section.GetSection(ConfigurationKey.Normalize(member.Name));
            if (child.Exists() && Read(member, child, path.Length == 0 ? member.Name : $"{path}.{member.Name}") is { } value)
            {
                member.Property!.SetValue(options, value);
            }

            if (member.IsSecret && ReadFile(member, section, path) is { } secret)
            {
                member.Property!.SetValue(options, secret);
            }
        }

        return options;
    }

    private object? Read(SettingNode node, IConfigurationSection section, string path) => node switch
    {
        SectionNode s => ReadSection(s, section, path),
        ListNode l => ReadList(l, section, path),
        ValueNode v => ReadValue(v, section, path),
        _ => throw new InvalidOperationException($"No such node: {node.GetType()}."),
    };

    private object? ReadList(ListNode node, IConfigurationSection section, string path)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            Report(path, section, "takes a list.", sources.Find(section.Path)?.Layer is SettingLayer.File or SettingLayer.Default or null
                ? "Write [ … ]."
                : "Number the items from 0: path.0, or __0 in the environment.");
            return null;
        }

        var list = (System.Collections.IList)Activator.CreateInstance(node.Property!.PropertyType)!;
        foreach (var child in section.GetChildren())
        {
            if (child.Key != $"{list.Count}")
            {
                Report(path, child, $"has an item '{child.Key}' where {list.Count} was expected.",
                    "Items are numbered from 0 without gaps.");
                return null;
            }

            if (Read(node.Item, child, $"{path}[{child.Key}]") is not { } item)
            {
                return null; // reported; a list with a hole would only cause mistakes that are none
            }

            list.Add(item);
        }

        return list;
    }

    private object? ReadValue(ValueNode node, IConfigurationSection section, string path)
    {
        if (section.GetChildren().Any())
        {
            Report(path, section, "takes one value, not a list or section.", $"Write {node.Name} = ….");
            return null;
        }

        if (SettingValue.TryParse(section.Value ?? "", node.Type, out var value, out var expected))
        {
            return value;
        }

        Report(path, section, node.IsSecret ? "cannot be read." : $"'{Shorten(section.Value)}' cannot be read.", $"Expected {expected}.");
        return null;
    }

    /// <summary>The secret in the file that is named beside it; null: none is named, or it was reported.</summary>
    private string? ReadFile(SettingNode secret, IConfigurationSection section, string path)
    {
        var key = ConfigurationPath.Combine(section.Path, ConfigurationKey.Normalize(secret.Name));
        if (sources.FileOf(key) is not (var name, var source))
        {
            return null;
        }

        var setting = path.Length == 0 ? secret.FileName : $"{path}.{secret.FileName}";
        if (section[ConfigurationKey.Normalize(secret.Name)] is { Length: > 0 })
        {
            problems.Add(new ConfigProblem(ProblemSeverity.Error, setting, source?.Where, $"stands beside {secret.Name}.",
                "Take one of the two out."));
            return null;
        }

        var read = files.Read(name, source);
        if (read.Value is null)
        {
            problems.Add(new ConfigProblem(ProblemSeverity.Error, setting, source?.Where, read.Problem, read.Fix));
        }
        else if (read.Others)
        {
            problems.Add(new ConfigProblem(ProblemSeverity.Warning, setting, source?.Where,
                $"names '{read.Path}', which every user of this machine may read.", $"chmod o-r {read.Path}"));
        }

        return read.Value;
    }

    private void ReportUnknown(SectionNode node, IConfigurationSection child, string path)
    {
        var source = Locate(child);
        var written = source?.Layer is SettingLayer.File or SettingLayer.Default
            ? source.Written[(source.Written.IndexOf('.', StringComparison.Ordinal) + 1)..]
            : path.Length == 0 ? child.Key : $"{path}.{child.Key}";
        var name = written[(written.LastIndexOf('.') + 1)..];
        var elsewhere = SettingsSchema.Settings.Where(s => ConfigurationKey.Normalize(s.Name) == ConfigurationKey.Normalize(name))
            .Select(s => s.Path).ToList();
        var fix = NearestName.Of(name, node.Members.Select(m => m.Name)) is { } near
            ? $"Did you mean {(path.Length == 0 ? near : $"{path}.{near}")}?"
            : elsewhere.Count > 0 ? $"It belongs elsewhere: {string.Join(" or ", elsewhere)}."
            : $"Known here: {string.Join(", ", node.Members.Select(m => m.Name))}.";
        problems.Add(new ConfigProblem(ProblemSeverity.Error, written, source?.Where, "is no setting.", fix));
    }

    private void Report(string path, IConfigurationSection section, string message, string fix) =>
        problems.Add(new ConfigProblem(ProblemSeverity.Error, path, Locate(section)?.Where, message, fix));

    /// <summary>A section that only variables or switches set has no source of its own: then the first of them.</summary>
    private SettingSource? Locate(IConfigurationSection section) =>
        sources.Find(section.Path) ?? section.GetChildren().Select(Locate).FirstOrDefault(s => s is not null)
            ?? sources.FindNearest(section.Path);

    private static string Shorten(string? value) => value is { Length: > 40 } ? value[..40] + "…" : value ?? "";
}
