using System.CommandLine;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Commands.Setup;

/// <summary><c>config reference</c>: what a setting means, its unit and its default.</summary>
internal static class ReferenceCommand
{
    public static Command Create()
    {
        var setting = new Argument<string?>("setting")
        {
            Description = "A setting or a section, such as admission.hold; all of them without one.", HelpName = "SETTING",
            Arity = ArgumentArity.ZeroOrOne,
        };
        setting.CompletionSources.Add(ReferenceText.Names.ToArray());
        var command = new Command("reference", "Show what a setting means, with its unit and default.") { setting };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(
            parsed.GetValue(setting) is { } name ? PartOf(name) : ReferenceText.Whole));
        return command;
    }

    private static string PartOf(string name) => ReferenceText.Of(name) ?? throw new CommandException(
        $"{OutputTable.Plain(name)} is no setting."
        + (NearestName.Of(name, ReferenceText.Names) is { } near ? $" Did you mean {near}?" : " All: streamsupervisor config reference"),
        ExitCodes.Usage);
}
