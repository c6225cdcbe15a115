using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// One numbered step of a schema, embedded from <c>Journal/Schema/{store}/NNN_name.sql</c>. Applied once and never edited: a database
/// remembers the checksum of what it was built from.
/// </summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    private const string CompatibleFromMark = "-- compatible-from: ";

    /// <summary>
    /// The oldest schema whose programs may go on working beside this step: a step that only adds what they do not look at says so in a
    /// line of its text, <c>-- compatible-from: N</c>. Its own number where it says nothing, which stops all older programs at their next
    /// start.
    /// </summary>
    public int CompatibleFrom { get; } =
        Sql.Split('\n').FirstOrDefault(line => line.StartsWith(CompatibleFromMark, StringComparison.Ordinal)) is { } mark
            ? int.Parse(mark.AsSpan(CompatibleFromMark.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture)
            : Number;

    /// <summary>What people call it.</summary>
    public string Title => string.Create(CultureInfo.InvariantCulture, $"{Number:000} {Name}");

    /// <summary>SHA-256 of the text with line ends as LF, so that a checkout on Windows is the same migration.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The migrations of a store, in their order.</summary>
    public static IReadOnlyList<Migration> Of(string store)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = $"Schema/{store}/";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Select(name => name.Replace('\\', '/'))
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && char.IsAsciiDigit(name[prefix.Length]))
                .Select(name => new Migration(
                    int.Parse(name.AsSpan(prefix.Length, 3), NumberStyles.None, CultureInfo.InvariantCulture),
                    name[(prefix.Length + 4)..^4],
                    Text(assembly, name)))
                .OrderBy(migration => migration.Number),
        ];
    }

    /// <summary>
    /// What is left to apply. Steps of a newer program that says they do no harm to this one are passed over: in a rolling restart both
    /// run side by side, and a member of the older version may be started again meanwhile.
    /// </summary>
    /// <exception cref="StoreOpenException">The database is too new for this program, or was built from something else.</exception>
    public static IReadOnlyList<Migration> Pending(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied, string database)
    {
        var newest = known.Count == 0 ? 0 : known[^1].Number;
        foreach (var step in applied)
        {
            if (step.Number > newest && step.CompatibleFrom <= newest)
            {
                continue;
            }

            if (step.Number > newest)
            {
                throw new StoreOpenException(
                    $"{database} was written by a newer version: its schema is number {applied.Max(a => a.Number)}, " +
                    $"this version knows number {newest}. " +
                    "Start the newer version, or restore the backup that was made before the upgrade.");
            }

            if (known.FirstOrDefault(m => m.Number == step.Number) is not { } ours || ours.Checksum != step.Checksum)
            {
                throw new StoreOpenException(
                    $"{database} was built by a different schema step {step.Number} ({step.Name}) than the one of this version. " +
                    "Start the version that wrote it, or point the settings to a new database.");
            }
        }

        return [.. known.Where(m => applied.All(a => a.Number != m.Number))];
    }

    /// <summary>The text of an embedded file of the schema.</summary>
    public static string Text(string name) => Text(Assembly.GetExecutingAssembly(), name);

    private static string Text(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name) ?? assembly.GetManifestResourceStream(name.Replace('/', '\\'))!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

/// <summary>A step that a database says it was built from.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Checksum, int CompatibleFrom);
