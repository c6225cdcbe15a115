using System.CommandLine;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands;

/// <summary><c>--config FILE</c> and <c>--set PATH=VALUE</c>, the same for every command that reads the settings.</summary>
internal sealed class ConfigurationSwitches
{
    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "Settings in HOCON. Without it: one SRS on this machine (hocon/standalone.conf).",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Lays one value over file and environment: --set admission.hold=2s, --set http.listen.0=http://127.0.0.1:8085. May "
            + "be repeated.",
        HelpName = "PATH=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Gives a command the switches.</summary>
    public static ConfigurationSwitches AddTo(Command command)
    {
        var switches = new ConfigurationSwitches();
        command.Add(switches._config);
        command.Add(switches._set);
        return switches;
    }

    /// <summary>The file that was named; null: none.</summary>
    public string? FileOf(ParseResult parsed) => parsed.GetValue(_config);

    /// <summary>The settings with all their mistakes, for commands that show those.</summary>
    public LoadedConfiguration Load(ParseResult parsed) =>
        SupervisorConfiguration.Load(parsed.GetValue(_config), parsed.GetValue(_set) ?? []);

    /// <summary>The settings, for commands that run with them. Warnings are written to the error stream.</summary>
    /// <exception cref="CommandException">There is an error among them; the message holds them all.</exception>
    public LoadedConfiguration LoadUsable(ParseResult parsed)
    {
        var loaded = Load(parsed);
        if (!loaded.IsUsable)
        {
            throw new CommandException(string.Join(Environment.NewLine, loaded.Problems), ExitCodes.Usage);
        }

        foreach (var warning in loaded.Problems)
        {
            parsed.InvocationConfiguration.Error.WriteLine(warning);
        }

        return loaded;
    }
}
