using System.CommandLine;
using System.CommandLine.Invocation;

namespace StreamSupervisor.Commands;

/// <summary>All commands, and how one is run: mistakes are sentences with an exit code, only a fault of ours has a stack trace.</summary>
internal static class CommandTree
{
    /// <summary>
    /// For a command that was told to stop: a member says good-bye to its balancer, gives its stream keys away and answers what it holds, which the
    /// 2 s that System.CommandLine would leave it cut short. docker-compose.yml gives it as long.
    /// </summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(30);

    public static RootCommand Build() => new("Ends StreamBusy: decides who publishes a stream on SRS, and removes exactly the session that is in the way.")
    {
        // In the order of a person's day: run it, look, change, set up.
        DemoCommand.Create(),
        ServeCommand.Create(),
        StreamsCommand.Create(),
        OriginsCommand.Create(),
        ClusterCommand.Create(),
        ConfigCommand.Create(),
        MigrateCommand.Create(),
        LintCommand.Create(),
        PublishCommand.Create(),
        TokensCommand.Create(),
    };

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>, or the command's own.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var parsed = Build().Parse(arguments);
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = LastWords };
        try
        {
            var exitCode = await parsed.InvokeAsync(invocation, cancellation);
            return parsed.Action is ParseErrorAction ? ExitCodes.Usage : exitCode;
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
            await error.WriteLineAsync($"This is a fault in streamsupervisor, not a mistake of yours. Please report it with what follows.\n{fault}");
            return ExitCodes.Bug;
        }
    }
}
