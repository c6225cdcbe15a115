using System.Globalization;
using System.Text;

namespace StreamSupervisor.Server.Management;

/// <summary>Names, labels, numbers and escapes of the text format.</summary>
internal static class PrometheusText
{
    /// <summary>A label value is cut behind so many characters: it is a word, not a document.</summary>
    private const int MaxValue = 128;

    /// <summary>What names of counters end in.</summary>
    private const string Total = "_total";

    public static string NameOf(string instrument, string? unit, MetricKind kind)
    {
        var name = Plain(instrument, colon: true);
        if (UnitOf(unit) is { } word && !name.EndsWith("_" + word, StringComparison.Ordinal))
        {
            name += "_" + word;
        }

        return kind == MetricKind.Counter && !name.EndsWith(Total, StringComparison.Ordinal) ? name + Total : name;
    }

    /// <summary>The unit as names end in it; null for things that are counted.</summary>
    public static string? UnitOf(string? unit) => unit switch { "s" => "seconds", "ms" => "milliseconds", "By" => "bytes", _ => null };

    public static void WriteHeader(StringBuilder text, MetricStyle style, string help, MetricKind kind, string? unit)
    {
        // OpenMetrics calls the family of a counter by the name without _total, and escapes quotes in the help.
        var name = style.IsOpen && kind == MetricKind.Counter ? style.Name[..^Total.Length] : style.Name;
        if (help.Length > 0)
        {
            var plain = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append("# HELP ").Append(name).Append(' ')
                .Append(style.IsOpen ? plain.Replace("\"", "\\\"", StringComparison.Ordinal) : plain).Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ')
            .Append(kind switch { MetricKind.Counter => "counter", MetricKind.Histogram => "histogram", _ => "gauge" }).Append('\n');
        if (unit is not null)
        {
            // A comment to Prometheus's own format, a fact to OpenMetrics.
            text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }
    }

    /// <summary>
    /// The labels as they are shown: in the order of their names, and no name twice, which would make a scraper refuse the whole page.
    /// </summary>
    /// <param name="reserved">A name that the format uses itself.</param>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags, string? reserved)
    {
        var byName = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (tag, value) in tags)
        {
            var name = Plain(tag, colon: false);
            byName.TryAdd(name == reserved || name.StartsWith("__", StringComparison.Ordinal) ? "tag_" + name : name, value);
        }

        return AsGiven([.. byName]);
    }

    /// <summary>The same as <see cref="TryWriteLabels"/>, however long it becomes.</summary>
    public static string AsGiven(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var room = new char[1024];
        int length;
        while (!TryWriteLabels(tags, room, out length))
        {
            room = new char[room.Length * 2];
        }

        return new string(room, 0, length);
    }

    /// <summary>Writes <c>name="value",…</c> in the order given; false when the room is too small.</summary>
    public static bool TryWriteLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> room, out int length)
    {
        length = 0;
        foreach (var (name, value) in tags)
        {
            var text = value switch
            {
                null => "",
                string word => word,
                bool flag => flag ? "true" : "false",
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                _ => value.ToString() ?? "",
            };

            // The longest it can become: every character of the value escaped, and the name with a first character put before it.
            var most = name.Length + 1 + (Math.Min(text.Length, MaxValue) * 2) + 4;
            if (room.Length - length < most)
            {
                return false;
            }

            if (length > 0)
            {
                room[length++] = ',';
            }

            length += WriteName(name, room[length..], colon: false);
            room[length++] = '=';
            room[length++] = '"';
            foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaxValue)))
            {
                if (character is '\\' or '"' or '\n')
                {
                    room[length++] = '\\';
                }

                room[length++] = character == '\n' ? 'n' : character;
            }

            room[length++] = '"';
        }

        return true;
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>A number as OpenMetrics wants it in a label: 1.0, not 1.</summary>
    public static string Canonical(double value) =>
        Number(value) is var text && text.AsSpan().IndexOfAny(".EN") < 0 ? text + ".0" : Number(value);

    private static string Plain(string name, bool colon)
    {
        var room = new char[name.Length + 1];
        return new string(room, 0, WriteName(name, room, colon));
    }

    private static int WriteName(string name, Span<char> room, bool colon)
    {
        var length = 0;
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            room[length++] = '_';
        }

        foreach (var character in name)
        {
            room[length++] = char.IsAsciiLetterOrDigit(character) || character == '_' || (colon && character == ':') ? character : '_';
        }

        return length;
    }
}
