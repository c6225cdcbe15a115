using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace StreamSupervisor.Storage;

/// <summary>
/// One numbered step of a schema, embedded from <c>Schema/{store}/NNN_name.sql</c>. Applied once and never edited: a database remembers the
/// checksum of what it was built from.
/// </summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
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

    /// <summary>What is left to apply.</summary>
    /// <exception cref="StoreOpenException">The database is newer than this program, or was built from something else.</exception>
    public static IReadOnlyList<Migration> Pending(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied, string database)
    {
        var newest = known.Count == 0 ? 0 : known[^1].Number;
        foreach (var step in applied)
        {
            if (step.Number > newest)
            {
                throw new StoreOpenException(
                    $"{database} was written by a newer version: its schema is number {applied.Max(a => a.Number)}, this version knows number {newest}. " +
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

    private static string Text(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name) ?? assembly.GetManifestResourceStream(name.Replace('/', '\\'))!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

/// <summary>A step that a database says it was built from.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Checksum);
