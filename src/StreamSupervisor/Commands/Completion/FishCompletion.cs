using System.Text;

namespace StreamSupervisor.Commands.Completion;

/// <summary>Completion for fish: a line for each word, with the place at which it may stand.</summary>
internal static class FishCompletion
{
    public static string Of(IReadOnlyList<CommandShape> shapes)
    {
        var at = $"__{CompletionCommand.Program}_at";
        var script = new StringBuilder(
            $$"""
            # Completion of {{CompletionCommand.Program}} for fish, made by '{{CompletionCommand.Program}} completion fish'.
            function {{at}}
                set -l at ''
                for word in (commandline -opc)[2..-1]
                    switch "$at $word"
                        case {{string.Join(' ', CommandShape.Paths(shapes).Select(Quoted))}}
                            set at "$at $word"
                    end
                end
                test "$at" = "$argv[1]"
            end

            """);
        foreach (var shape in shapes)
        {
            var here = $"complete -c {CompletionCommand.Program} -n {Quoted($"{at} {Quoted(shape.Path)}")}";
            foreach (var (name, meaning) in shape.Commands.Concat(shape.Words.Select(word => (word, ""))))
            {
                script.AppendLine($"{here} -f -a {Quoted(name)} -d {Quoted(meaning)}");
            }

            foreach (var option in shape.Options)
            {
                var names = string.Join(' ', option.Names.Select(name => name.StartsWith("--", StringComparison.Ordinal)
                    ? $"-l {name[2..]}" : name.Length == 2 ? $"-s {name[1..]}" : $"-o {name[1..]}"));
                var value = !option.TakesValue ? "" : option.TakesFile ? " -r -F" : $" -x -a {Quoted(string.Join(' ', option.Words))}";
                script.AppendLine($"{here} {names}{value} -d {Quoted(option.Meaning)}");
            }
        }

        return script.ToString();
    }

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
