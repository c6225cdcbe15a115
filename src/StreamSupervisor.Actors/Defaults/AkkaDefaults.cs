using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace StreamSupervisor.Actors.Defaults;

/// <summary>
/// Our defaults for <c>akka {}</c>: the sections of <c>hocon/akka.conf</c>, which is part of this assembly and gives the reason of each
/// value.
/// </summary>
internal static class AkkaDefaults
{
    public const string EveryMember = "every-member";
    public const string Alone = "alone";
    public const string InACluster = "in-a-cluster";
    public const string Store = "store";
    public const string OnPostgres = "on-postgres";
    public const string OnSqlite = "on-sqlite";

    /// <summary>Sections as one configuration. No two of them set the same.</summary>
    public static Config Of(params string[] sections)
    {
        var file = Read();
        return sections.Select(section => file.GetConfig(section)).Aggregate((all, next) => all.WithFallback(next));
    }

    /// <summary>Every single value of a section, by its whole path; lists are left out.</summary>
    public static IEnumerable<(string Path, string Value)> ValuesOf(string section) => ValuesOf("", Read().GetConfig(section).Root);

    private static IEnumerable<(string Path, string Value)> ValuesOf(string path, HoconValue value)
    {
        if (value.IsObject())
        {
            return value.GetObject().Items.SelectMany(item => ValuesOf(path.Length == 0 ? item.Key : $"{path}.{item.Key}", item.Value));
        }

        return value.IsString() ? [(path, value.GetString())] : [];
    }

    /// <summary>Anew for each: what Akka is given it may merge into.</summary>
    private static Config Read()
    {
        using var file = typeof(AkkaDefaults).Assembly.GetManifestResourceStream("akka.conf")!;
        using var text = new StreamReader(file);
        return ConfigurationFactory.ParseString(text.ReadToEnd());
    }
}
