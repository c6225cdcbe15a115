using System.Collections;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>Which settings are not the same in two readings of them.</summary>
internal static class SettingsDifference
{
    /// <summary>
    /// Their names; of a list whose items are sections the name of the list. Secrets are compared, and not in the names.
    /// </summary>
    public static IReadOnlyList<string> Between(SupervisorOptions before, SupervisorOptions after) =>
    [
        .. Walk(SettingsSchema.Root, before, after),
        .. before.AkkaOverlay == after.AkkaOverlay ? [] : new[] { "akka" },
    ];

    private static IEnumerable<string> Walk(SettingNode node, object? before, object? after) => node switch
    {
        SectionNode section => section.Members.SelectMany(member =>
            Walk(member, member.Property!.GetValue(before), member.Property.GetValue(after))),
        _ => IsSame(node, before, after) ? [] : [node.Path],
    };

    private static bool IsSame(SettingNode node, object? before, object? after) => node switch
    {
        ListNode list when before is IList one && after is IList other => one.Count == other.Count
            && one.Cast<object?>().Zip(other.Cast<object?>(), (first, second) => IsSame(list.Item, first, second)).All(same => same),
        SectionNode section => section.Members.All(member =>
            IsSame(member, member.Property!.GetValue(before), member.Property.GetValue(after))),
        _ => Equals(before, after),
    };
}
