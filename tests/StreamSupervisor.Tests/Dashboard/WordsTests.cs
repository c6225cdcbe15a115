using System.Reflection;
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
