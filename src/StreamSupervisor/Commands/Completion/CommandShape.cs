using System.CommandLine;
using System.CommandLine.Completions;

namespace StreamSupervisor.Commands.Completion;

/// <summary>A command as a shell completes it.</summary>
/// <param name="Path">The words that lead to it, each with a space before it; empty for the program itself.</param>
/// <param name="Commands">What may stand behind it.</param>
/// <param name="Options">Its own, and those that it has from the commands above it.</param>
/// <param name="Words">The only words that its argument takes; empty where it takes any, or has none.</param>
internal sealed record CommandShape(string Path, IReadOnlyList<(string Name, string Meaning)> Commands, IReadOnlyList<OptionShape> Options,
    IReadOnlyList<string> Words)
{
    /// <summary>The program and all commands below it, as System.CommandLine parses them.</summary>
    public static IReadOnlyList<CommandShape> All(Command root) => [.. Below(root, "", [])];

    /// <summary>The paths of the commands, without that of the program itself.</summary>
    public static IEnumerable<string> Paths(IEnumerable<CommandShape> shapes) =>
        shapes.Select(shape => shape.Path).Where(path => path.Length > 0);

    /// <summary>Each option behind which a value stands, with the path of its command.</summary>
    public static IEnumerable<(string Path, OptionShape Option)> Valued(IEnumerable<CommandShape> shapes) =>
        shapes.SelectMany(shape => shape.Options.Where(option => option.TakesValue).Select(option => (shape.Path, option)));

    private static IEnumerable<CommandShape> Below(Command command, string path, IReadOnlyList<Option> inherited)
    {
        Option[] options = [.. command.Options.Concat(inherited).Where(option => !option.Hidden)];
        Command[] commands = [.. command.Subcommands.Where(one => !one.Hidden)];
        yield return new CommandShape(
            path,
            [.. commands.Select(one => (one.Name, FirstSentence(one.Description)))],
            [.. options.Select(OptionShape.Of)],
            [.. command.Arguments.SelectMany(argument => argument.GetCompletions(CompletionContext.Empty)).Select(word => word.Label)]);
        Option[] handed = [.. options.Where(option => option.Recursive)];
        foreach (var shape in commands.SelectMany(one => Below(one, $"{path} {one.Name}", handed)))
        {
            yield return shape;
        }
    }

    /// <summary>A shell shows one line.</summary>
    internal static string FirstSentence(string? text) =>
        text is null ? "" : text.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? text[..end] : text.TrimEnd('.');
}

/// <summary>An option as a shell completes it.</summary>
/// <param name="Names">With their dashes.</param>
/// <param name="TakesFile">Whether its value is the name of a file.</param>
/// <param name="Words">The only values that it takes; empty where it takes any, or none.</param>
internal sealed record OptionShape(IReadOnlyList<string> Names, string Meaning, bool TakesValue, bool TakesFile,
    IReadOnlyList<string> Words)
{
    public static OptionShape Of(Option option)
    {
        var takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
        return new OptionShape(
            [option.Name, .. option.Aliases.Where(alias => alias != option.Name && IsTyped(alias))],
            CommandShape.FirstSentence(option.Description),
            takesValue,
            takesValue && option.HelpName?.Contains("FILE", StringComparison.OrdinalIgnoreCase) == true,
            takesValue ? [.. option.GetCompletions(CompletionContext.Empty).Select(word => word.Label)] : []);
    }

    /// <summary>Not <c>/h</c>, which is no option for these shells, and not <c>-?</c>, which they take for a pattern.</summary>
    private static bool IsTyped(string alias) => alias.StartsWith('-') && alias.TrimStart('-').All(char.IsAsciiLetterOrDigit);
}
