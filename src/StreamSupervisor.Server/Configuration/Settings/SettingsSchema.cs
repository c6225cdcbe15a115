using System.Reflection;
using System.Text;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>One place in the tree of settings, derived from the option classes: what may stand there.</summary>
internal abstract record SettingNode(string Name, string Path, PropertyInfo? Property)
{
    /// <summary>Whether its value is shown to nobody.</summary>
    public bool IsSecret => Property?.IsDefined(typeof(SecretAttribute)) == true;

    /// <summary>What is written beside it to have it read from a file; of a secret only.</summary>
    public string FileName => $"{Name}{SettingsSchema.FileSuffix}";
}

/// <summary>An option class: <c>http { … }</c>.</summary>
internal sealed record SectionNode(string Name, string Path, PropertyInfo? Property, Type Type, IReadOnlyList<SettingNode> Members)
    : SettingNode(Name, Path, Property)
{
    /// <summary>The secret that a key names the file of; null: it names none.</summary>
    public SettingNode? FindByFile(string key) => Members.FirstOrDefault(member => member.IsSecret
        && ConfigurationKey.Normalize(member.FileName) == ConfigurationKey.Normalize(key));

    public SettingNode? Find(string key) =>
        Members.FirstOrDefault(m => ConfigurationKey.Normalize(m.Name) == ConfigurationKey.Normalize(key));
}

/// <summary><c>[ … ]</c>; its items are sections or values of the path <c>path[]</c>.</summary>
internal sealed record ListNode(string Name, string Path, PropertyInfo Property, SettingNode Item) : SettingNode(Name, Path, Property);

/// <summary>Text, a number, a duration, …</summary>
internal sealed record ValueNode(string Name, string Path, PropertyInfo? Property, Type Type) : SettingNode(Name, Path, Property);

/// <summary>All settings there are.</summary>
internal static class SettingsSchema
{
    /// <summary>Every secret may stand in a file: <c>password-file</c> beside <c>password</c>.</summary>
    public const string FileSuffix = "-file";

    /// <summary>The same in keys of <see cref="IConfiguration"/>.</summary>
    public const string FileSuffixOfKeys = "file";

    public static SectionNode Root { get; } = Section(ConfigurationKey.Root, "", null, typeof(SupervisorOptions));

    /// <summary>Every value and list of values: <c>admission.hold</c>, <c>origins[].api</c>, <c>http.listen</c>.</summary>
    public static IEnumerable<SettingNode> Settings => Flatten(Root);

    /// <summary><c>HookToken</c> is written <c>hook-token</c>.</summary>
    public static string Kebab(string name)
    {
        var result = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && result.Length > 0)
            {
                result.Append('-');
            }

            result.Append(char.ToLowerInvariant(c));
        }

        return result.ToString();
    }

    private static IEnumerable<SettingNode> Flatten(SettingNode node) => node switch
    {
        SectionNode section => section.Members.SelectMany(Flatten),
        ListNode { Item: SectionNode item } => Flatten(item),
        _ => [node],
    };

    private static SectionNode Section(string name, string path, PropertyInfo? property, Type type) =>
        new(name, path, property, type, [.. type.GetProperties().Where(p => p.CanWrite).Select(p => Node(p, path))]);

    private static SettingNode Node(PropertyInfo property, string parent)
    {
        var name = Kebab(property.Name);
        var path = parent.Length == 0 ? name : $"{parent}.{name}";
        var type = property.PropertyType;
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>)
            ? new ListNode(name, path, property, Node(name, $"{path}[]", null, type.GetGenericArguments()[0]))
            : Node(name, path, property, type);
    }

    private static SettingNode Node(string name, string path, PropertyInfo? property, Type type) =>
        type.IsClass && type != typeof(string)
            ? Section(name, path, property, type)
            : new ValueNode(name, path, property, Nullable.GetUnderlyingType(type) ?? type);
}
