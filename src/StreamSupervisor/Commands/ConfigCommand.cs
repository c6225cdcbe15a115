using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Commands.Setup;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Commands;

/// <summary><c>config</c>: begin, look, and know what there is to set.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Begin with settings, look at them, and read what each means.")
    {
        ConfigInitCommand.Create(),
        CreateCheck(),
        CreateShow(),
        ReferenceCommand.Create(),
        SrsLinesCommand.Create(),
    };

    private static Command CreateCheck()
    {
        var json = JsonOption();
        var command = new Command("check",
            "Name every mistake in the settings, with file and line. Exit code 0 when a server would start, else 1.") { json };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(parsed => Check(switches.Load(parsed), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static Command CreateShow()
    {
        var json = JsonOption();
        var command = new Command("show", "Show the settings in force and where each was set. Secrets are masked.") { json };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(parsed => Show(switches.LoadUsable(parsed), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static Option<bool> JsonOption() => new("--json") { Description = "Machine-readable output." };

    private static int Check(LoadedConfiguration loaded, bool json, TextWriter output)
    {
        var errors = loaded.Problems.Count(p => p.Severity == ProblemSeverity.Error);
        var warnings = loaded.Problems.Count - errors;
        if (json)
        {
            var problems = loaded.Problems.Select(p => new { severity = SettingValue.Format(p.Severity), p.Setting, p.Source, p.Message,
                p.Fix });
            output.WriteLine(JsonSerializer.Serialize(new { usable = loaded.IsUsable, errors, warnings, problems }, JsonOutput.Options));
        }
        else
        {
            foreach (var problem in loaded.Problems)
            {
                output.WriteLine(problem);
            }

            output.WriteLine(Sentence.Counts(errors, warnings));
        }

        return loaded.IsUsable ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static int Show(LoadedConfiguration loaded, bool json, TextWriter output)
    {
        var settings = EffectiveSettings.Of(loaded);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(settings.Select(
                s => new { s.Name, s.Value, source = SettingValue.Format(s.Layer), s.Where }), JsonOutput.Options));
            return ExitCodes.Ok;
        }

        var nameWidth = settings.Max(s => s.Name.Length);
        var valueWidth = Math.Min(48, settings.Max(s => s.Value.Length));
        foreach (var setting in settings)
        {
            output.WriteLine($"{setting.Name.PadRight(nameWidth)} = {setting.Value.PadRight(valueWidth)}  # {setting.Where}");
        }

        return ExitCodes.Ok;
    }
}
