using System.CommandLine;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Commands;

/// <summary><c>reload</c>: has a running supervisor read its settings again.</summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var why = new Option<string?>("--why") { Description = "What for, for the audit.", HelpName = "TEXT" };
        var command = new Command("reload",
            "Have a running supervisor read its settings again: all of them or, where one is wrong, none. Each member of a cluster is "
            + "asked by itself.") { why };
        var switches = ApiClientSwitches.AddTo(command);
        command.SetAction((parsed, cancellation) => switches.AskAsync(parsed, async client =>
        {
            var answer = await client.ReloadAsync(ApiClientSwitches.UserName, parsed.GetValue(why), cancellation);
            if (answer.Problem?.Mistakes is { } mistakes)
            {
                throw new CommandException($"Nothing was changed.\n{string.Join('\n', mistakes.Select(OutputTable.Plain))}");
            }

            Write(ApiClientSwitches.Take(answer), parsed.InvocationConfiguration.Output);
        }));
        return command;
    }

    private static void Write(ReloadView done, TextWriter output)
    {
        output.WriteLine(done.Applied.Count > 0 ? $"In force now: {string.Join(", ", done.Applied)}." : "No setting is another one.");
        if (done.NeedsRestart.Count > 0)
        {
            output.WriteLine($"Needs a restart: {string.Join(", ", done.NeedsRestart)}.");
        }

        foreach (var warning in done.Warnings)
        {
            output.WriteLine(OutputTable.Plain(warning));
        }
    }
}
