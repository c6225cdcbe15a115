using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StreamSupervisor.TestKit.Metrics;

/// <summary>One line of a page: a number under its labels.</summary>
public sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A metric of a page.</summary>
/// <param name="Type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
/// <param name="Unit">Empty where it has none.</param>
public sealed record PrometheusFamily(string Name, string Type, string Unit, string Help, IReadOnlyList<PrometheusSample> Samples);

/// <summary>
/// Reads Prometheus's text format 0.0.4 more strictly than Prometheus does: what <c>promtool check metrics</c> complains of is an error here, and
/// so is whatever a scraper would swallow and show wrong.
/// </summary>
public static partial class PrometheusPage
{
    /// <exception cref="FormatException">The first thing that is wrong, with its line.</exception>
    public static IReadOnlyList<PrometheusFamily> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var families = new List<PrometheusFamily>();
        var names = new HashSet<string>();
        Open? open = null;
        Require(text.Length == 0 || text.EndsWith('\n'), "the last line has no end", text.Length == 0 ? "" : text.Split('\n')[^1]);
        foreach (var line in text.Split('\n')[..^1])
        {
            Require(line.Length > 0 && !line.Contains('\r', StringComparison.Ordinal), "an empty line or a carriage return", line);
            if (Meta().Match(line) is { Success: true } meta)
            {
                var (kind, name, rest) = (meta.Groups["kind"].Value, meta.Groups["name"].Value, meta.Groups["rest"].Value);
                switch (kind)
                {
                    case "HELP":
                        Close();
                        Require(rest.Length > 0 && names.Add("HELP " + name), "HELP stands once, and before TYPE", line);
                        open = new Open(name, "", rest);
                        break;
                    case "TYPE":
                        if (open is null || open.Type.Length > 0 || open.Name != name)
                        {
                            Close();
                            open = new Open(name, "", "");
                        }

                        Require(rest is "counter" or "gauge" or "histogram", "no such type", line);
                        Require(names.Add("TYPE " + name), "the family stands twice", line);
                        Require(rest == "counter" == name.EndsWith("_total", StringComparison.Ordinal), "counters, and only they, end in _total", line);
                        open.Type = rest;
                        break;
                    default:
                        Require(open is { Type.Length: > 0, Unit: "", Samples.Count: 0 } && open.Name == name, "UNIT stands behind TYPE", line);
                        Require(rest.Length > 0 && Regex.IsMatch(name, $"_{Regex.Escape(rest)}(_total)?$", RegexOptions.None, TimeSpan.FromSeconds(1)), "the unit is not in the name", line);
                        open!.Unit = rest;
                        break;
                }

                continue;
            }

            Require(!line.StartsWith('#'), "a comment that is none of HELP, TYPE, UNIT", line);
            var sample = ReadSample(line);
            Require(open is { Type.Length: > 0 } && BelongsTo(open, sample), "a sample outside its family", line);
            Require(open!.Seen.Add(sample.Name + string.Join(',', sample.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))), "the sample stands twice", line);
            Require(open.Type == "gauge" || sample.Value >= 0, "less than nothing", line);
            open.Samples.Add(sample);
        }

        Close();
        foreach (var histogram in families.Where(family => family.Type == "histogram"))
        {
            Require(!families.Exists(other => other.Name == histogram.Name + "_bucket" || other.Name == histogram.Name + "_sum" || other.Name == histogram.Name + "_count"),
                "another family has the name of one of its samples", histogram.Name);
        }

        return families;

        void Close()
        {
            if (open is not null)
            {
                Require(open.Type.Length > 0 && open.Samples.Count > 0, "a family without a type or a sample", open.Name);
                if (open.Type == "histogram")
                {
                    CheckHistogram(open);
                }

                families.Add(new PrometheusFamily(open.Name, open.Type, open.Unit, open.Help, open.Samples));
            }

            open = null;
        }
    }

    private static bool BelongsTo(Open family, PrometheusSample sample) => family.Type == "histogram"
        ? (sample.Name == family.Name + "_bucket" && sample.Labels.ContainsKey("le"))
            || (sample.Name == family.Name + "_sum" && !sample.Labels.ContainsKey("le"))
            || (sample.Name == family.Name + "_count" && !sample.Labels.ContainsKey("le"))
        : sample.Name == family.Name;

    private static void CheckHistogram(Open family)
    {
        foreach (var series in family.Samples.GroupBy(sample => string.Join(',',
            sample.Labels.Where(l => l.Key != "le").OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))))
        {
            var buckets = series.Where(sample => sample.Name == family.Name + "_bucket")
                .Select(sample => (Bound: ReadNumber(sample.Labels["le"]), sample.Value)).ToList();
            var at = $"{family.Name}{{{series.Key}}}";
            Require(buckets.Count > 1 && double.IsPositiveInfinity(buckets[^1].Bound), "the last bucket is not +Inf", at);
            Require(buckets.Zip(buckets.Skip(1)).All(pair => pair.Item1.Bound < pair.Item2.Bound && pair.Item1.Value <= pair.Item2.Value), "buckets do not grow", at);
            Require(series.Count(sample => sample.Name == family.Name + "_sum") == 1, "no sum", at);
            Require(series.Single(sample => sample.Name == family.Name + "_count").Value.Equals(buckets[^1].Value), "count and +Inf differ", at);
        }
    }

    private static PrometheusSample ReadSample(string line)
    {
        var match = Line().Match(line);
        Require(match.Success, "no sample", line);
        var labels = new Dictionary<string, string>();
        var at = match.Groups["labels"].Index;
        var end = at + match.Groups["labels"].Length;
        while (at < end)
        {
            var label = Label().Match(line, at);
            Require(label.Success && label.Index == at, "no label", line);
            var name = label.Groups["name"].Value;
            Require(!name.StartsWith("__", StringComparison.Ordinal) && labels.TryAdd(name, Unescape(label.Groups["value"].Value)), "the label is reserved or stands twice", line);
            at = label.Index + label.Length;
            if (at < end)
            {
                Require(line[at] == ',', "no comma", line);
                at++;
                Require(at < end, "a comma too many", line);
            }
        }

        return new PrometheusSample(match.Groups["name"].Value, labels, ReadNumber(match.Groups["value"].Value));
    }

    private static double ReadNumber(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            text.Append(value[i] != '\\' ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        }

        return text.ToString();
    }

    private static void Require(bool good, string what, string line)
    {
        if (!good)
        {
            throw new FormatException($"{what}: {line}");
        }
    }

    [GeneratedRegex(@"^# (?<kind>HELP|TYPE|UNIT) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Meta();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([^"\\}]|"([^"\\]|\\["\\n])*")*)\})? (?<value>[+-]Inf|NaN|-?[0-9.]+(E[+-]?[0-9]+)?)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\["\\n])*)["]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    private sealed class Open(string name, string type, string help)
    {
        public string Name { get; } = name;
        public string Type { get; set; } = type;
        public string Unit { get; set; } = "";
        public string Help { get; } = help;
        public List<PrometheusSample> Samples { get; } = [];
        public HashSet<string> Seen { get; } = [];
    }
}
