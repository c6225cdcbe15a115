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
                        ({{string.Join("|", shapes.Where(shape => shape.Path.Length > 0).Select(shape => Quoted(shape.Path)))}})
                            at="$at ${words[i]}" ;;
                    esac
                done
                case "$at ${words[CURRENT - 1]}" in

            """);
        foreach (var (path, option) in shapes.SelectMany(shape => shape.Options.Select(one => (shape.Path, one)))
            .Where(one => one.one.TakesValue))
        {
            var does = option.Words.Count > 0 ? $"items=({string.Join(' ', option.Words.Select(Quoted))})"
                : option.TakesFile ? "_files; return" : "return";
            script.AppendLine($"        ({string.Join("|", option.Names.Select(name => Quoted($"{path} {name}")))}) {does} ;;");
        }

        script.AppendLine("        (*) case \"$at\" in");
        foreach (var shape in shapes)
        {
            IEnumerable<(string Name, string Meaning)> items =
            [
                .. shape.Commands, .. shape.Words.Select(word => (word, "")),
                .. shape.Options.SelectMany(option => option.Names.Select(name => (name, option.Meaning))),
            ];
            script.AppendLine($"            ({Quoted(shape.Path)}) items=({string.Join(' ', items.Select(Item))}) ;;");
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

    private static string Item((string Name, string Meaning) one) =>
        Quoted(one.Meaning.Length > 0 ? $"{one.Name}:{one.Meaning.Replace(":", "\\:", StringComparison.Ordinal)}" : one.Name);

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
