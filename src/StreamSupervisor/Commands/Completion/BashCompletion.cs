using System.Text;

namespace StreamSupervisor.Commands.Completion;

/// <summary>
/// Completion for bash: one function that walks the words to find the command, then offers what may follow. Nothing of the program is run
/// while somebody types, since starting it takes a quarter of a second.
/// </summary>
internal static class BashCompletion
{
    public static string Of(IReadOnlyList<CommandShape> shapes)
    {
        var script = new StringBuilder(
            $$"""
            # Completion of {{CompletionCommand.Program}} for bash, made by '{{CompletionCommand.Program}} completion bash'.
            _{{CompletionCommand.Program}}() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at='' words='' i
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "$at ${COMP_WORDS[i]}" in
                        {{string.Join(" | ", CommandShape.Paths(shapes).Select(Quoted))}})
                            at="$at ${COMP_WORDS[i]}" ;;
                    esac
                done
                case "$at $prev" in

            """);
        foreach (var (path, option) in CommandShape.Valued(shapes))
        {
            var does = option.Words.Count > 0 ? $"words={Quoted(string.Join(' ', option.Words))}"
                : option.TakesFile ? "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\")); return"
                : "compopt +o default 2>/dev/null; return";
            script.AppendLine($"        {string.Join(" | ", option.Names.Select(name => Quoted($"{path} {name}")))}) {does} ;;");
        }

        script.AppendLine("        *) case \"$at\" in");
        foreach (var shape in shapes)
        {
            string[] words = [.. shape.Commands.Select(one => one.Name), .. shape.Words, .. shape.Options.SelectMany(one => one.Names)];
            script.AppendLine($"            {Quoted(shape.Path)}) words={Quoted(string.Join(' ', words))} ;;");
        }

        return script.Append(
            $$"""
                    esac ;;
                esac
                COMPREPLY=($(compgen -W "$words" -- "$cur"))
            }
            complete -o default -F _{{CompletionCommand.Program}} {{CompletionCommand.Program}}

            """).ToString();
    }

    /// <summary>A word as a shell of this family reads it: zsh too.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
