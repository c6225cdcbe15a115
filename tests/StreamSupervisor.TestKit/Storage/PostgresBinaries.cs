namespace StreamSupervisor.TestKit.Storage;

/// <summary>Where PostgreSQL is installed here, if it is.</summary>
public static class PostgresBinaries
{
    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>, the newest version first; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Why tests that need a server are skipped; null when they run. With CI=true they run, and fail where there is none.</summary>
    public static string? WhySkipped { get; } =
        Folder is not null || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : "PostgreSQL is not installed here (no initdb in /usr/lib/postgresql/*/bin or on the PATH).";

    private static string? Find()
    {
        const string Debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return installed.Concat(path).FirstOrDefault(folder => IsThere(Path.Combine(folder, "initdb")) && IsThere(Path.Combine(folder, "postgres")));
    }

    /// <summary>A link on the PATH may outlive the package that it led to.</summary>
    private static bool IsThere(string path) => File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is not { Exists: false };
}
