using System.CommandLine;

namespace StreamSupervisor.Commands.Completion;

/// <summary><c>completion</c>: what a shell needs to complete command lines of this version, made from the commands themselves.</summary>
internal static class CompletionCommand
{
    public const string Program = "streamsupervisor";

    private static readonly Dictionary<string, Func<IReadOnlyList<CommandShape>, string>> Shells = new()
    {
        ["bash"] = BashCompletion.Of,
        ["zsh"] = ZshCompletion.Of,
        ["fish"] = FishCompletion.Of,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish.", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong([.. Shells.Keys]);
        var command = new Command("completion",
            "Write what a shell needs to complete command lines, such as: source <(streamsupervisor completion bash).") { shell };
        command.SetAction(parsed =>
        {
            var script = Shells[parsed.GetValue(shell)!](CommandShape.All(parsed.RootCommandResult.Command));
            parsed.InvocationConfiguration.Output.Write(script);
        });
        return command;
    }
}
