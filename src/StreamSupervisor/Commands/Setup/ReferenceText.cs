using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Hocon;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Commands.Setup;

/// <summary>
/// The parts of <c>reference.conf</c>: its paragraphs, which are what stands between empty lines. The one in which a setting stands says
/// what it means, its unit and its default.
/// </summary>
internal static partial class ReferenceText
{
    /// <summary>Every name that <see cref="Of"/> knows, as it is written in the file; settings of list items with the name of their
    /// list before.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamesBelow(SettingsSchema.Root).Distinct()];

    /// <summary>The whole file.</summary>
    public static string Whole => SupervisorConfiguration.ReadEmbedded(SupervisorConfiguration.ReferenceName);

    /// <summary>What the file says of a setting, or of a section and all in it.</summary>
    /// <param name="setting"><c>admission.hold</c>, <c>admission</c>, <c>origins.hook-token</c>, <c>origins[0].hook-token</c>.</param>
    /// <returns>Null: there is no such setting.</returns>
    public static string? Of(string setting)
    {
        if (PlaceOf(ListPosition().Replace(setting, "")) is not { } place)
        {
            return null;
        }

        var lines = Whole.ReplaceLineEndings("\n").Split('\n');
        var document = new HoconDocument();
        document.Add(SupervisorConfiguration.ReferenceName, Whole);
        var at = LinesOf(document.Resolve().At($"{ConfigurationKey.Root}.{place}")!).ToList();
        var (first, last) = (at.Min() - 1, at.Max() - 1);
        while (first > 0 && lines[first - 1].Trim().Length > 0)
        {
            first--;
        }

        while (last + 1 < lines.Length && lines[last + 1].Trim().Length > 0)
        {
            last++;
        }

        return Shifted(lines[first..(last + 1)]);
    }

    private static IEnumerable<string> NamesBelow(SettingNode node) => node switch
    {
        SectionNode { Path: "" } root => root.Members.SelectMany(NamesBelow),
        SectionNode section => [Plain(section.Path), .. section.Members.SelectMany(NamesBelow)],
        ListNode { Item: SectionNode item } list => [Plain(list.Path), .. item.Members.SelectMany(NamesBelow)],
        _ => [Plain(node.Path)],
    };

    private static string Plain(string path) => path.Replace("[]", "", StringComparison.Ordinal);

    /// <summary>Where the file speaks of it: the entries of a list stand in the comment above the list.</summary>
    private static string? PlaceOf(string setting)
    {
        SettingNode node = SettingsSchema.Root;
        string? list = null;
        foreach (var key in setting.Split('.'))
        {
            if ((node is ListNode { Item: SectionNode item } ? item : node as SectionNode)?.Find(key) is not { } next)
            {
                return null;
            }

            node = next;
            list ??= node is ListNode ? node.Path : null;
        }

        return list ?? node.Path;
    }

    private static IEnumerable<int> LinesOf(HoconValue value) => value is HoconObject { Members.Count: > 0 } section
        ? section.Members.Values.SelectMany(LinesOf)
        : [value.Position.Line];

    /// <summary>As far to the left as it goes.</summary>
    private static string Shifted(string[] lines)
    {
        var margin = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > margin ? line[margin..] : line.Trim())) + "\n";
    }

    [GeneratedRegex(@"\[\d*\]")]
    private static partial Regex ListPosition();
}
