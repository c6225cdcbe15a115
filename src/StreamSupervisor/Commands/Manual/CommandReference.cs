using System.Globalization;
using System.Text;
using StreamSupervisor.Commands.Completion;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Commands.Manual;

/// <summary>All commands with their options, for the manual, made from the commands themselves.</summary>
internal static class CommandReference
{
    /// <summary>The part <c>commands</c> of the manual.</summary>
    public static string Of(string language)
    {
        var isChinese = language == ManualBook.Chinese;
        var shapes = CommandShape.All(CommandTree.Build());
        var english = shapes.SelectMany(shape => shape.Commands.Select(one => ($"{shape.Path} {one.Name}", one.Meaning)))
            .ToDictionary(one => one.Item1, one => one.Meaning);
        var text = new StringBuilder();
        foreach (var shape in shapes.Where(shape => shape.Path.Length > 0))
        {
            var path = shape.Path.Trim();
            var meaning = isChinese ? CommandMeanings.Zh.GetValueOrDefault(path) ?? english[shape.Path] : english[shape.Path];
            text.Append(CultureInfo.InvariantCulture, $"## {CompletionCommand.Program} {path}\n\n{meaning}{(isChinese ? "。" : ".")}\n\n");
            if (shape.Words.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"`{string.Join("` `", shape.Words)}`\n\n");
            }

            foreach (var option in shape.Options.Where(option => !option.Names.Contains("--help")))
            {
                text.Append(CultureInfo.InvariantCulture, $"- `{string.Join("` `", option.Names)}`: {option.Meaning}\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd();
    }
}
