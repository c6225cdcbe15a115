namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>A unit of systemd: its sections, and what is set in them.</summary>
internal sealed class UnitFile
{
    private readonly List<(string Section, string Name, string Value)> _lines = [];

    public UnitFile(string text)
    {
        var section = "";
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == '[')
            {
                section = line.Trim('[', ']');
            }
            else
            {
                var sign = line.IndexOf('=', StringComparison.Ordinal);
                _lines.Add((section, line[..sign], line[(sign + 1)..]));
            }
        }
    }

    /// <summary>What is set by that name in <c>[Service]</c>; several are joined by a space.</summary>
    public string Service(string name) => string.Join(' ', _lines.Where(line => line.Section == "Service" && line.Name == name).Select(line => line.Value));

    /// <summary>A time of <c>[Service]</c> that is written in seconds.</summary>
    public TimeSpan Seconds(string name) =>
        TimeSpan.FromSeconds(int.Parse(Service(name).TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>A test that needs systemd-analyze (Debian: systemd). With CI=true it runs, and fails where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemdTheoryAttribute : TheoryAttribute
{
    public SystemdTheoryAttribute() => Skip = Environment.GetEnvironmentVariable("CI") == "true"
        || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "systemd-analyze")))
        ? null
        : "systemd-analyze is not installed here (Debian: systemd).";
}
