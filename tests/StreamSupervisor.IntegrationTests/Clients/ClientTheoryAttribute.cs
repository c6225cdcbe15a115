namespace StreamSupervisor.IntegrationTests.Clients;

/// <summary>
/// A test that needs what the clients are run with: curl, jq, python3, node (Debian: nodejs) and luajit, which is the Lua inside OBS Studio.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClientTheoryAttribute : TheoryAttribute
{
    private static readonly string[] s_missing = [.. new[] { "curl", "jq", "python3", "node", "luajit" }.Where(program => !Has(program))];

    public ClientTheoryAttribute() => Skip = WhySkipped;

    /// <summary>Null when they run. With CI=true they run, and fail where something is not installed.</summary>
    public static string? WhySkipped { get; } = s_missing.Length == 0 || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : $"Not installed here: {string.Join(", ", s_missing)}.";

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
