using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using StreamSupervisor.Commands.Backup;
using StreamSupervisor.Commands.Completion;
using StreamSupervisor.Commands.Doctor;
using StreamSupervisor.Commands.Manual;

namespace StreamSupervisor.Commands;

/// <summary>All commands, and how one is run: mistakes are sentences with an exit code, only a fault of ours has a stack trace.</summary>
internal static class CommandTree
{
    /// <summary>
    /// For a command that was told to stop: a member says good-bye to its balancer, gives its stream keys away and answers what it holds,
    /// which the 2 s that System.CommandLine would leave it cut short. docker-compose.yml gives it as long.
    /// </summary>
    internal static readonly TimeSpan LastWords = TimeSpan.FromSeconds(30);

    public static RootCommand Build() =>
        new("Ends StreamBusy: decides who publishes a stream on SRS, and removes exactly the session that is in the way.")
    {
        // In the order of a person's day: run it, look, change, set up.
        DemoCommand.Create(),
        ServeCommand.Create(),
        StatusCommand.Create(),
        DoctorCommand.Create(),
        TopCommand.Create(),
        StreamsCommand.Create(),
        EventsCommand.Create(),
        EventsCommand.CreateWhy(),
        EventsCommand.CreateAudit(),
        OriginsCommand.Create(),
        WebhooksCommand.Create(),
        ClusterCommand.Create(),
        ConfigCommand.Create(),
        ReloadCommand.Create(),
        BackupCommand.Create(),
        BackupCommand.CreateRestore(),
        MigrateCommand.Create(),
        LintCommand.Create(),
        PublishCommand.Create(),
        TokensCommand.Create(),
        ManualCommand.Create(),
        CompletionCommand.Create(),
    };

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>, or the command's own.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error,
        CancellationToken cancellation = default)
    {
        var parsed = Build().Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            return await ShowMistakesAsync(parsed, error);
        }

        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = LastWords };
        try
        {
            return await parsed.InvokeAsync(invocation, cancellation);
        }
        catch (CommandException mistake)
        {
            await error.WriteLineAsync(mistake.Message);
            return mistake.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // the last resort of the program
        catch (Exception fault)
#pragma warning restore CA1031
        {
            await error.WriteLineAsync(
                $"This is a fault in streamsupervisor, not a mistake of yours. Please report it with what follows.\n{fault}");
            return ExitCodes.Bug;
        }
    }

    /// <summary>What is wrong, and one line on how it is right; the whole help is for those who ask for it.</summary>
    private static async Task<int> ShowMistakesAsync(ParseResult parsed, TextWriter error)
    {
        foreach (var mistake in parsed.Errors)
        {
            await error.WriteLineAsync(mistake.Message);
        }

        var path = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            path.Insert(0, at is CommandResult { Command: RootCommand } ? "streamsupervisor" : ((CommandResult)at).Command.Name);
        }

        var command = parsed.CommandResult.Command;
        var name = string.Join(' ', path);
        var takes = string.Concat(command.Subcommands.Count > 0 ? [" COMMAND"] : command.Arguments.Select(one =>
            $" {(one.HelpName ?? one.Name).ToUpperInvariant()}"));
        await error.WriteLineAsync($"Usage: {name}{(command.Options.Count > 0 ? " [options]" : "")}{takes}   (all of it: {name} --help)");
        return ExitCodes.Usage;
    }
}
