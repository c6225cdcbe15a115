using System.CommandLine;

namespace StreamSupervisor.Commands;

/// <summary>How a command writes what it has found.</summary>
internal enum OutputFormat
{
    /// <summary>For people: columns, cut to the width of a terminal.</summary>
    Table,

    /// <summary>With more columns, and nothing cut.</summary>
    Wide,

    /// <summary>The names alone, one a line: for the next command.</summary>
    Name,

    /// <summary>As the API answers.</summary>
    Json,
}

/// <summary><c>-o</c>: the same for every command that shows something. <c>--json</c> is the older word for one of them.</summary>
internal sealed class OutputSwitch
{
    private readonly Option<bool> _json = new("--json") { Description = "The same as -o json." };
    private readonly Option<string> _format;

    private OutputSwitch(IReadOnlyList<OutputFormat> formats)
    {
        string[] words = [.. formats.Select(WordOf)];
        _format = new("--output", "-o")
        {
            Description = $"{string.Join(", ", words[..^1])} or {words[^1]}.", HelpName = "FORMAT",
            DefaultValueFactory = _ => WordOf(OutputFormat.Table),
        };
        _format.AcceptOnlyFromAmong(words);
    }

    /// <summary>Gives a command the switch.</summary>
    /// <param name="formats">Those that it knows beside the table; all when none is named.</param>
    public static OutputSwitch AddTo(Command command, params IReadOnlyList<OutputFormat> formats)
    {
        var output = new OutputSwitch(formats.Count > 0 ? [OutputFormat.Table, .. formats] : Enum.GetValues<OutputFormat>());
        command.Add(output._format);
        command.Add(output._json);
        return output;
    }

    public OutputFormat Of(ParseResult parsed) =>
        parsed.GetValue(_json) ? OutputFormat.Json : Enum.Parse<OutputFormat>(parsed.GetValue(_format)!, ignoreCase: true);

    public bool IsJson(ParseResult parsed) => Of(parsed) == OutputFormat.Json;

    private static string WordOf(OutputFormat format) => format switch
    {
        OutputFormat.Table => "table",
        OutputFormat.Wide => "wide",
        OutputFormat.Name => "name",
        _ => "json",
    };
}
