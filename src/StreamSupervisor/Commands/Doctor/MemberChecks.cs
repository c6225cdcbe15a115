using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>The members: who is alive by the database, and what each says of itself on its listener for management.</summary>
internal sealed partial class MemberChecks(SupervisorOptions options, ClusterMembers members, DoctorHttp http)
{
    private const string Subject = "members";

    private static readonly string OurVersion = typeof(MemberChecks).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0] ?? "unknown";

    public IEnumerable<DoctorCheck> All
    {
        get
        {
            if (options.Management.Listen.FirstOrDefault() is { } listen)
            {
                yield return new DoctorCheck("this member", "ready", cancellation => AskAsync("this member", CallableAddress.Of(listen),
                    cancellation));
            }

            if (options.Storage.Provider == "postgres")
            {
                yield return new DoctorCheck(Subject, "alive", ListAsync);
            }
        }
    }

    /// <summary>The version that a member says in its metrics; null: none.</summary>
    internal static string? VersionIn(string metrics) => Version().Match(metrics) is { Success: true } match
        ? match.Groups["version"].Value : null;

    private async Task<IReadOnlyList<Finding>> AskAsync(string name, string url, CancellationToken cancellation)
    {
        var findings = new Findings(name);
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            using var answer = await http.Client.GetAsync(new Uri($"{url}/ready"), cancellation);
            var (spent, now) = (TimeProvider.System.GetElapsedTime(began), TimeProvider.System.GetUtcNow());
            var health = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellation),
                HealthJson.Shared.HealthAnswer)!;
            foreach (var (part, why) in health.Reasons ?? new Dictionary<string, string>())
            {
                findings.Fail("ready", $"it takes no new work, {part}: {why}", "");
            }

            foreach (var (part, why) in health.Warnings ?? new Dictionary<string, string>())
            {
                findings.Warn("ready", $"{part}: {why}", "");
            }

            if (health.Reasons is null && health.Warnings is null)
            {
                findings.Ok("ready", "it takes new work.");
            }

            if (answer.Headers.Date is { } date)
            {
                ClockDifference.Judge(findings, date - now, spent, "registrations and credentials go by it.");
            }

            var version = VersionIn(await http.Client.GetStringAsync(new Uri($"{url}/metrics"), cancellation)) ?? "not said";
            var ours = OurVersion;
            findings.Within("version", version == ours, version == ours ? $"{version}, as this program."
                : $"it is {version}, and this program {ours}.", "In a rolling update that is so for a while; else start it anew.");
        }
        catch (Exception silent) when (silent is HttpRequestException or JsonException)
        {
            findings.Warn("ready", $"no supervisor answers at {url} ({silent.Message}).", name == "this member"
                ? "Start it: streamsupervisor serve"
                : "Is management.listen another port there, or behind a firewall? Ask from that machine.");
        }

        return findings.All;
    }

    private async Task<IReadOnlyList<Finding>> ListAsync(CancellationToken cancellation)
    {
        var findings = new Findings(Subject);
        if (await members.AllAsync(cancellation) is not { } all)
        {
            findings.Warn("alive", "who is a member stands in the database, which does not tell now.", "See store.");
            return findings.All;
        }

        foreach (var member in all.Where(member => member.IsOver))
        {
            findings.Fail("alive",
                $"{member.Name} ({member.Advertised}) has not beaten for {member.Age:0} s and is no longer trusted with keys.",
                "Look at its log; the others take its keys over, or have.");
        }

        var alive = all.Where(member => !member.IsOver).ToList();
        findings.Within("alive", alive.Count > 0, alive.Count > 0
            ? $"{Sentence.Count(alive.Count, "member")}: {string.Join(", ", alive.Select(one => $"{one.Name} ({one.Advertised})"))}."
            : "none.", "Start one: streamsupervisor serve");
        var listen = options.Management.Listen.FirstOrDefault();
        var asked = await Task.WhenAll(alive.Select(member => (member.Name, Url: member.UrlOf(listen, options.Cluster)))
            .Where(one => one.Url is not null)
            .Select(one => AskAsync(one.Name, one.Url!.GetLeftPart(UriPartial.Authority), cancellation)));
        return [.. findings.All, .. asked.SelectMany(found => found)];
    }

    [GeneratedRegex("^streamsupervisor_build_info\\{[^}]*version=\"(?<version>[^\"]*)\"", RegexOptions.Multiline)]
    private static partial Regex Version();
}
