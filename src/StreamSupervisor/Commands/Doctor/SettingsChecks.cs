using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Validation;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>The settings themselves, and the secrets in them.</summary>
internal static class SettingsChecks
{
    private const string Subject = "settings";
    private const int Short = 16;

    /// <summary>Fewer different characters are no random word of 16.</summary>
    private const int FewCharacters = 7;

    /// <param name="file">The file that was read; null: the built-in settings.</param>
    public static IReadOnlyList<Finding> Of(LoadedConfiguration loaded, string? file)
    {
        var findings = new Findings(Subject);
        foreach (var problem in loaded.Problems)
        {
            var text = problem.ToString() is var line && line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var at ? line[(at + 2)..]
                : line;
            if (problem.Severity == ProblemSeverity.Error)
            {
                findings.Fail("check", text, "");
            }
            else
            {
                findings.Warn("check", text, "");
            }
        }

        if (loaded.Problems.Count == 0)
        {
            findings.Ok("check", $"no mistake in {loaded.Options.ReadFrom}.");
        }

        Secrets(loaded.Options, findings);
        if (file is not null && !OperatingSystem.IsWindows() && File.Exists(file)
            && (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None)
        {
            findings.Warn("file", $"every user of this machine can read {file}, and the secrets in it.", $"chmod 640 {file}");
        }

        return findings.All;
    }

    /// <summary>Looks at every secret that strangers could try, by its name; its value is never told.</summary>
    private static void Secrets(SupervisorOptions options, Findings findings)
    {
        var secrets = SecretsOf(options).Where(secret => secret.Value.Length > 0).ToList();
        var published = secrets.Where(secret => PublishedSecrets.IsKnown(secret.Value)).Select(secret => secret.Name).ToList();
        var weak = secrets.Where(secret => !PublishedSecrets.IsKnown(secret.Value) && IsWeak(secret.Value)).Select(secret => secret.Name)
            .ToList();
        var twice = secrets.GroupBy(secret => secret.Value).Where(same => same.Count() > 1)
            .SelectMany(same => same.Select(secret => secret.Name)).ToList();
        const string fix = "Write one of your own: openssl rand -hex 16; for API keys: streamsupervisor tokens key.";
        if (published.Count > 0)
        {
            findings.Warn("secrets", $"{string.Join(", ", published)}: published with the program, so everybody knows it.", fix);
        }

        if (weak.Count > 0)
        {
            findings.Warn("secrets", $"{string.Join(", ", weak)}: short or of few different characters, so it may be guessed.", fix);
        }

        if (twice.Count > 0)
        {
            findings.Warn("secrets", $"{string.Join(", ", twice)}: the same word, so who knows one knows the other.", fix);
        }

        if (published.Count + weak.Count + twice.Count == 0)
        {
            findings.Ok("secrets", $"{Sentence.Count(secrets.Count, "secret")}: none published, weak or used twice.");
        }
    }

    private static IEnumerable<(string Name, string Value)> SecretsOf(SupervisorOptions options) =>
    [
        .. options.Origins.SelectMany((origin, i) => new[]
        {
            ($"origins[{i}].hook-token", origin.HookToken), ($"origins[{i}].coworkers-token", origin.CoworkersToken),
        }),
        .. options.Api.Keys.SelectMany((key, i) => new[] { ($"api.keys[{i}].key", key.Key), ($"api.keys[{i}].key-hash", key.KeyHash) }),
        ("cluster.secret", options.Cluster.Secret),
    ];

    internal static bool IsWeak(string secret) => secret.Length < Short || secret.Distinct().Count() < FewCharacters;
}
