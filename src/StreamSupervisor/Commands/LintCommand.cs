using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Commands;

/// <summary><c>lint FILE</c>: what an SRS configuration has that works against the supervisor.</summary>
internal static class LintCommand
{
    private const int MaxFileSize = 1 << 20;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "An srs.conf, of SRS 4 to 7." };
        var json = new Option<bool>("--json") { Description = "Machine-readable output." };
        var config = new Option<string?>("--config", "-c")
        {
            Description = "The supervisor's settings: compares token, address and API with them.", HelpName = "FILE",
        };
        var command = new Command("lint",
            "Check the configuration of an SRS server, against what was measured on real ones. Exit code 0 without errors, else 1.") { file,
                json, config };
        command.SetAction(parsed => Lint(parsed.GetRequiredValue(file), parsed.GetValue(json), SettingsOf(parsed.GetValue(config)),
            parsed.InvocationConfiguration.Output));
        return command;
    }

    /// <summary>All findings in a file and those that it includes.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not read it.</exception>
    internal static IReadOnlyList<LintFinding> FindingsOf(string file, ExpectedSupervisor? supervisor) =>
        SrsLinter.Lint(file, Read(file), Open, supervisor);

    /// <summary>What the settings of a server ask of its srs.conf.</summary>
    internal static ExpectedOrigin Expected(OriginOptions origin) =>
        new(origin.Name, origin.HookToken, origin.Api, origin.Username, origin.Password, origin.CoworkersToken);

    private static int Lint(string file, bool json, ExpectedSupervisor? supervisor, TextWriter output)
    {
        IReadOnlyList<LintFinding> findings;
        try
        {
            findings = FindingsOf(file, supervisor);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} cannot be read: {failure.Message}", ExitCodes.Usage);
        }

        var errors = findings.Count(f => f.Severity == ProblemSeverity.Error);
        if (json)
        {
            var rows = findings.Select(f => new { f.Rule, severity = SettingValue.Format(f.Severity), f.File, f.Line, f.AlsoAt, f.Why,
                f.Fix });
            output.WriteLine(JsonSerializer.Serialize(new { errors, warnings = findings.Count - errors, findings = rows },
                JsonOutput.Options));
        }
        else
        {
            foreach (var finding in findings)
            {
                output.WriteLine(finding);
            }

            output.WriteLine(Sentence.Counts(errors, findings.Count - errors));
        }

        return errors == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>What the supervisor's settings ask of an SRS. A mistake in them is named as everywhere, and nothing is compared.</summary>
    private static ExpectedSupervisor? SettingsOf(string? file)
    {
        if (file is null)
        {
            return null;
        }

        var loaded = SupervisorConfiguration.Load(file, []);
        return loaded.IsUsable
            ? new ExpectedSupervisor([.. loaded.Options.Http.Listen], [.. loaded.Options.Origins.Select(Expected)])
            : throw new CommandException(string.Join(Environment.NewLine, loaded.Problems), ExitCodes.Usage);
    }

    /// <summary>
    /// SRS looks for includes from the folder that it is started in, mostly the parent of the file's own: all of them are tried.
    /// </summary>
    private static (string Name, string Text)? Open(string name, string from)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(from));
        foreach (var candidate in new[] { name, Path.Combine(folder ?? "", name), Path.Combine(Path.GetDirectoryName(folder) ?? "", name) })
        {
            try
            {
                if (File.Exists(candidate))
                {
                    return (candidate, Read(candidate));
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        return null;
    }

    private static string Read(string path)
    {
        using var reader = new StreamReader(File.OpenRead(path));
        var buffer = new char[MaxFileSize + 1];
        return new string(buffer, 0, reader.ReadBlock(buffer, 0, buffer.Length)); // one too many is refused by the reader, with its name
    }
}
