using System.Text;

namespace StreamSupervisor.Commands.Completion;

/// <summary>Completion for zsh, as <see cref="BashCompletion"/>, with what each word means.</summary>
internal static class ZshCompletion
{
    public static string Of(IReadOnlyList<CommandShape> shapes)
    {
        var script = new StringBuilder(
            $$"""
            #compdef {{CompletionCommand.Program}}
            # Completion of {{CompletionCommand.Program}} for zsh, made by '{{CompletionCommand.Program}} completion zsh'.
            _{{CompletionCommand.Program}}() {
                local at='' i
                local -a items
                for ((i = 2; i < CURRENT; i++)); do
                    case "$at ${words[i]}" in
                        ({{string.Join("|", CommandShape.Paths(shapes).Select(BashCompletion.Quoted))}})
                            at="$at ${words[i]}" ;;
                    esac
                done
                case "$at ${words[CURRENT - 1]}" in

            """);
        foreach (var (path, option) in CommandShape.Valued(shapes))
        {
            var does = option.Words.Count > 0 ? $"items=({string.Join(' ', option.Words.Select(BashCompletion.Quoted))})"
                : option.TakesFile ? "_files; return" : "return";
            var places = option.Names.Select(name => BashCompletion.Quoted($"{path} {name}"));
            script.AppendLine($"        ({string.Join("|", places)}) {does} ;;");
        }

        script.AppendLine("        (*) case \"$at\" in");
        foreach (var shape in shapes)
        {
            IEnumerable<(string Name, string Meaning)> items =
            [
                .. shape.Commands, .. shape.Words.Select(word => (word, "")),
                .. shape.Options.SelectMany(option => option.Names.Select(name => (name, option.Meaning))),
            ];
            script.AppendLine($"            ({BashCompletion.Quoted(shape.Path)}) items=({string.Join(' ', items.Select(Item))}) ;;");
        }

        return script.Append(
            $$"""
                    esac ;;
                esac
                _describe 'command' items || _files
            }
            if [[ "$funcstack[1]" == _{{CompletionCommand.Program}} ]]; then
                _{{CompletionCommand.Program}} "$@"
            else
                compdef _{{CompletionCommand.Program}} {{CompletionCommand.Program}}
            fi

            """).ToString();
    }

    private static string Item((string Name, string Meaning) one) => BashCompletion.Quoted(
        one.Meaning.Length > 0 ? $"{one.Name}:{one.Meaning.Replace(":", "\\:", StringComparison.Ordinal)}" : one.Name);
}
