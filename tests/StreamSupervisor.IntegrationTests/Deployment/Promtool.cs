using System.Diagnostics;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>Prometheus's own checker (Debian: prometheus).</summary>
internal static class Promtool
{
    private static readonly string? Path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Where(folder => folder.Length > 0).Select(folder => System.IO.Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);

    /// <summary>Why tests that need it are skipped; null when they run. With CI=true they run, and fail where it is not installed.</summary>
    public static string? WhySkipped { get; } =
        Path is not null || Environment.GetEnvironmentVariable("CI") == "true" ? null : "promtool is not installed here (Debian: prometheus).";

    /// <summary>Runs it.</summary>
    /// <returns>Its exit code and what it wrote to either stream.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path ?? "promtool", arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}

/// <summary>A test that needs promtool.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute() => Skip = Promtool.WhySkipped;
}
