using System.Reflection;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Dashboard.Language;

namespace StreamSupervisor.Tests.Dashboard;

/// <summary>Whatever the pages say, they say in both languages.</summary>
public sealed class WordsTests
{
    /// <summary>Names, and what another language is called in itself.</summary>
    private static readonly HashSet<string> s_sameInBoth = ["Grafana"];

    public static TheoryData<Type> Tables => [.. typeof(IWords<>).Assembly.GetTypes().Where(type => type.IsClass
        && type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IWords<>)))];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Each_entry_of_a_table_is_there_in_both_languages(Type table)
    {
        var (english, chinese) = (EntriesOf(table, "En"), EntriesOf(table, "Zh"));
        foreach (var (name, text) in english)
        {
            // A sentence of the API that stands in for one: the other language must have its own.
            if (text.Length > 0)
            {
                chinese.GetValueOrDefault(name, "").ShouldNotBeEmpty($"{table.Name}.{name}");
            }

            if (!s_sameInBoth.Contains(text) && text.Any(char.IsAsciiLetter))
            {
                chinese[name].ShouldNotBe(text, $"{table.Name}.{name} is not translated");
            }
        }

        english.Keys.Except(chinese.Keys).ShouldBeEmpty();
    }

    [Fact]
    public void Each_event_each_reason_and_each_cause_has_a_chinese_sentence()
    {
        foreach (var (kind, type) in EventCodec.Kinds)
        {
            var happened = (LiveStreamEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            Should.NotThrow(() => TimelineWords.Of(Filled(happened)), kind).ShouldNotBe("没有对应说明的事件。", kind);
        }

        const string none = "原因未记录";
        Enum.GetValues<AdmissionRule>().Where(rule => rule != default).Select(TimelineWords.Rule).ShouldNotContain(none);
        Enum.GetValues<EvictionCause>().Where(cause => cause != default).Select(cause => TimelineWords.Cause(cause, null)).ShouldNotContain(none);
        Enum.GetValues<LossCause>().Where(cause => cause != default).Select(TimelineWords.Loss).ShouldNotContain(none);
        Enum.GetValues<ReleaseProof>().Where(proof => proof != default).Select(TimelineWords.Proof).ShouldNotContain("依据未记录");
    }

    /// <summary>Gives every part of an event that is a record or a text some value.</summary>
    private static LiveStreamEvent Filled(LiveStreamEvent happened)
    {
        Fill(happened, depth: 0);
        return happened;
    }

    private static void Fill(object target, int depth)
    {
        foreach (var property in target.GetType().GetProperties().Where(one => one.CanWrite && one.GetValue(target) is null))
        {
            object? value = property.PropertyType == typeof(string) ? "x"
                : depth < 3 && property.PropertyType is { IsClass: true, IsAbstract: false } && property.PropertyType != typeof(string)
                    ? System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(property.PropertyType)
                    : null;
            if (value is not null and not string)
            {
                Fill(value, depth + 1);
            }

            property.SetValue(target, value);
        }
    }

    private static Dictionary<string, string> EntriesOf(Type table, string language)
    {
        var words = table.GetProperty(language, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        Dictionary<string, string> entries = [];
        foreach (var property in table.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            switch (property.GetValue(words))
            {
                case string text:
                    entries.Add(property.Name, text);
                    break;
                case IEnumerable<KeyValuePair<string, string>> texts:
                    foreach (var (name, text) in texts)
                    {
                        entries.Add($"{property.Name}.{name}", text);
                    }

                    break;
            }
        }

        return entries;
    }
}
