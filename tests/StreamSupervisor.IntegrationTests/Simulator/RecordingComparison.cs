using System.Text.Json;
using System.Text.RegularExpressions;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Simulator;

/// <summary>
/// Compares what a real server said with what the simulated one says: the same properties in the same order, of the same kinds, with equal
/// values. Ids are drawn at random, so they need not be equal, but must map one to one: where the recording names the same client twice, so
/// must the simulator. A short list of measured values may differ, but not in kind.
/// </summary>
internal sealed partial class RecordingComparison
{
    /// <summary>Measured, or a matter of the machine and the minute.</summary>
    private static readonly HashSet<string> Volatile = new(StringComparer.Ordinal)
    {
        "live_ms", "now_ms", "alive", "send_bytes", "recv_bytes", "srs_uptime", "m", "t_ms",
        "argv", "cwd", "mem_kbyte", "mem_percent", "cpu_percent", "disk_read_KBps", "disk_write_KBps", "disk_busy_percent", "mem_ram_kbyte",
        "mem_ram_percent", "uptime", "ilde_time", "load_1m", "load_5m", "load_15m", "net_sample_time", "net_recvi_bytes", "net_sendi_bytes",
        "srs_sample_time", "srs_recv_bytes", "srs_send_bytes", "conn_sys", "conn_sys_et", "conn_sys_tw", "conn_srs",
        "options", "options2", "build", "build2",
    };

    /// <summary>Counted: may differ, but not between none and some.</summary>
    private static readonly HashSet<string> Counted = new(StringComparer.Ordinal) { "frames" };

    private static readonly HashSet<string> Ids = new(StringComparer.Ordinal) { "id", "cid", "client_id", "stream_id", "service_id", "service", "pid" };

    private readonly HashSet<string> alsoVolatile;
    private readonly List<string> differences = [];
    private Dictionary<string, string> simulatedOf = new(StringComparer.Ordinal);

    public RecordingComparison(params IEnumerable<string> alsoVolatile) => this.alsoVolatile = new(alsoVolatile, StringComparer.Ordinal);

    public void ShouldHaveFoundNothing() => differences.ShouldBeEmpty();

    public void Bind(string recorded, string simulated) => simulatedOf[recorded] = simulated;

    /// <summary>A request of the recording, with the ids of the simulation.</summary>
    public (string Method, string Path) Request(JsonElement recorded)
    {
        var parts = recorded.GetProperty("request").GetString()!.Split(' ');
        var path = simulatedOf.Aggregate(parts[1], (path, ids) => path.Replace(ids.Key, ids.Value, StringComparison.Ordinal));
        return (parts[0], path);
    }

    /// <summary>An answer of the API with its status and headers.</summary>
    public void Answer(string file, JsonElement recorded, SimulatedApiResponse simulated)
    {
        Check(file, "status", recorded.GetProperty("status").GetInt32(), simulated.Status);
        foreach (var header in recorded.GetProperty("headers").EnumerateObject())
        {
            // These two are the wire's: whoever writes the body to a socket sets them.
            if (header.Name is not ("Content-Length" or "Transfer-Encoding"))
            {
                Check(file, header.Name, header.Value.GetString(), simulated.Header(header.Name));
            }
        }

        foreach (var (name, _) in simulated.Headers)
        {
            if (!recorded.GetProperty("headers").EnumerateObject().Any(header => header.Name == name))
            {
                differences.Add($"{file}: header {name} is not in the recording");
            }
        }

        var body = recorded.GetProperty("body").GetString()!;
        if (!body.StartsWith('{'))
        {
            Check(file, "body", body, simulated.Body);
            return;
        }

        using var expected = JsonDocument.Parse(body);
        using var actual = JsonDocument.Parse(simulated.Body);
        Json(file, expected.RootElement, actual.RootElement);
        foreach (Match fraction in Fraction().Matches(simulated.Body))
        {
            if (!body.Contains(fraction.Groups[1].Value, StringComparison.Ordinal) || fraction.Groups[2].Length != 2)
            {
                differences.Add($"{file}: {fraction.Value} is not written as SRS writes fractions");
            }
        }
    }

    /// <summary>Any piece of JSON.</summary>
    public void Json(string path, JsonElement recorded, JsonElement simulated) => Compare(path, "", recorded, simulated, differences);

    private void Compare(string path, string name, JsonElement recorded, JsonElement simulated, List<string> found)
    {
        if (recorded.ValueKind != simulated.ValueKind && !(IsBoolean(recorded) && IsBoolean(simulated)))
        {
            found.Add($"{path}: {recorded.ValueKind} in the recording, {simulated.ValueKind} simulated ({simulated})");
            return;
        }

        switch (recorded.ValueKind)
        {
            case JsonValueKind.Object:
                CompareObjects(path, recorded, simulated, found);
                break;
            case JsonValueKind.Array:
                CompareArrays(path, recorded, simulated, found);
                break;
            default:
                CompareValues(path, name, recorded, simulated, found);
                break;
        }
    }

    private void CompareObjects(string path, JsonElement recorded, JsonElement simulated, List<string> found)
    {
        var expected = string.Join(',', recorded.EnumerateObject().Select(property => property.Name));
        var actual = string.Join(',', simulated.EnumerateObject().Select(property => property.Name));
        if (expected != actual)
        {
            found.Add($"{path}: properties {expected} in the recording, {actual} simulated");
            return;
        }

        foreach (var property in recorded.EnumerateObject())
        {
            Compare($"{path}.{property.Name}", property.Name, property.Value, simulated.GetProperty(property.Name), found);
        }
    }

    private void CompareArrays(string path, JsonElement recorded, JsonElement simulated, List<string> found)
    {
        var rest = simulated.EnumerateArray().ToList();
        if (recorded.GetArrayLength() != rest.Count)
        {
            found.Add($"{path}: {recorded.GetArrayLength()} in the recording, {rest.Count} simulated ({simulated})");
            return;
        }

        var isTable = rest.Count > 0 && rest[0].ValueKind == JsonValueKind.Object && rest[0].TryGetProperty("id", out _);
        if (isTable)
        {
            CheckSorted(path + " of the recording", recorded, found);
            CheckSorted(path, simulated, found);
        }

        var index = 0;
        foreach (var row in recorded.EnumerateArray())
        {
            // Rows of a table come by their random ids: the partner of a row is the one that fits.
            var partner = isTable ? Math.Max(0, rest.FindIndex(candidate => Fits(row, candidate))) : 0;
            Compare($"{path}[{index++}]", "", row, rest[partner], found);
            rest.RemoveAt(partner);
        }
    }

    private bool Fits(JsonElement recorded, JsonElement simulated)
    {
        var before = new Dictionary<string, string>(simulatedOf, StringComparer.Ordinal);
        var found = new List<string>();
        Compare("", "", recorded, simulated, found);
        simulatedOf = before;
        return found.Count == 0;
    }

    private void CompareValues(string path, string name, JsonElement recorded, JsonElement simulated, List<string> found)
    {
        if (Volatile.Contains(name) || alsoVolatile.Contains(name))
        {
            return;
        }

        var (expected, actual) = (recorded.ToString(), simulated.ToString());
        var same = expected == actual || (recorded.ValueKind == JsonValueKind.Number && recorded.GetDecimal() == simulated.GetDecimal());
        if (Counted.Contains(name))
        {
            same = (expected == "0") == (actual == "0");
        }
        else if (Ids.Contains(name) || expected.StartsWith("vid-", StringComparison.Ordinal) || (name.Length == 0 && RandomId().IsMatch(expected)))
        {
            same = IsSameId(expected, actual);
        }

        if (!same)
        {
            found.Add($"{path}: {expected} in the recording, {actual} simulated");
        }
    }

    private bool IsSameId(string recorded, string simulated)
    {
        if (simulatedOf.TryGetValue(recorded, out var known))
        {
            return known == simulated;
        }

        if (simulatedOf.ContainsValue(simulated))
        {
            return false;
        }

        simulatedOf[recorded] = simulated;
        return true;
    }

    private void Check<T>(string file, string what, T recorded, T simulated)
    {
        if (!EqualityComparer<T>.Default.Equals(recorded, simulated))
        {
            differences.Add($"{file}: {what} is {recorded} in the recording, {simulated} simulated");
        }
    }

    private static void CheckSorted(string path, JsonElement rows, List<string> found)
    {
        var ids = rows.EnumerateArray().Select(row => row.GetProperty("id").GetString()!).ToArray();
        if (!ids.SequenceEqual(ids.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            found.Add($"{path}: not in the order of the ids: {string.Join(' ', ids)}");
        }
    }

    private static bool IsBoolean(JsonElement element) => element.ValueKind is JsonValueKind.True or JsonValueKind.False;

    [GeneratedRegex("""(?<name>"\w+":)\d+\.(?<fraction>\d+)(?=[,}])""", RegexOptions.None, 1000)]
    private static partial Regex Fraction();

    [GeneratedRegex("^[0-9a-z]{8}$", RegexOptions.None, 1000)]
    private static partial Regex RandomId();
}
