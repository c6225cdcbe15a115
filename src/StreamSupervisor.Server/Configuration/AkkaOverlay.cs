using System.Text;
using StreamSupervisor.Server.Configuration.Hocon;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Server.Configuration;

/// <summary>
/// The block <c>akka { … }</c> of a user's file, written again in the one form that Akka's own HOCON reader always understands: one quoted
/// value a line. That reader resolves no environment and hangs on typos, so it never sees what a person wrote. What decides (see
/// <c>StartupCheck</c>) is laid over it.
/// </summary>
internal static class AkkaOverlay
{
    private const string Root = "akka";

    /// <returns>HOCON; empty where there is no such block.</returns>
    public static string Render(HoconObject tree, List<ConfigProblem> problems)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tree.Members.Where(member => member.Key == Root))
        {
            if (value is HoconObject section)
            {
                Write(key, section, text, problems);
            }
            else if (value is not HoconNull)
            {
                problems.Add(new ConfigProblem(ProblemSeverity.Error, key, value.Position.ToString(), "takes a section.",
                    "Write akka { … }."));
            }
        }

        return text.ToString();
    }

    private static void Write(string path, HoconObject section, StringBuilder text, List<ConfigProblem> problems)
    {
        foreach (var (key, value) in section.Members)
        {
            var name = $"{path}.{QuotedKey(key)}";
            switch (value)
            {
                case HoconObject inner:
                    Write(name, inner, text, problems);
                    break;
                case HoconText scalar:
                    text.Append(name).Append(" = ").AppendLine(Quoted(scalar.Text));
                    break;
                case HoconList list when list.Items.All(item => item is HoconText):
                    text.Append(name).Append(" = [").AppendJoin(", ", list.Items.Select(item => Quoted(((HoconText)item).Text)))
                        .AppendLine("]");
                    break;
                case HoconList:
                    problems.Add(new ConfigProblem(ProblemSeverity.Error, name, value.Position.ToString(), "takes a list of plain values.",
                        "Write [\"a\", \"b\"]."));
                    break;
            }
        }
    }

    private static string QuotedKey(string key) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : Quoted(key);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
