using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>The members: who is alive by the database, and what each says of itself on its listener for management.</summary>
internal sealed partial class MemberChecks(SupervisorOptions options, DoctorHttp http)
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
        List<(string Name, string Advertised, double Age, bool Over)> members = [];
        await using (var source = PostgresConnections.Create(options.Storage.Postgres.ConnectionString, "doctor", 1))
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                await using var command = new NpgsqlCommand(
                    """
                    SELECT name, advertised, extract(epoch FROM clock_timestamp() - beat_at)::float8, lease_until < clock_timestamp()
                    FROM streamsupervisor.cluster_member WHERE state < 3 ORDER BY number
                    """, connection);
                await using var rows = await command.ExecuteReaderAsync(cancellation);
                while (await rows.ReadAsync(cancellation))
                {
                    members.Add((rows.GetString(0), rows.GetString(1), rows.GetDouble(2), rows.GetBoolean(3)));
                }
            }
            catch (Exception silent) when (PostgresFault.IsStoreFault(silent))
            {
                findings.Warn("alive", "who is a member stands in the database, which does not tell now.", "See store.");
                return findings.All;
            }
        }

        foreach (var member in members.Where(member => member.Over))
        {
            findings.Fail("alive",
                $"{member.Name} ({member.Advertised}) has not beaten for {member.Age:0} s and is no longer trusted with keys.",
                "Look at its log; the others take its keys over, or have.");
        }

        var alive = members.Where(member => !member.Over).ToList();
        findings.Within("alive", alive.Count > 0, alive.Count > 0
            ? $"{Sentence.Count(alive.Count, "member")}: {string.Join(", ", alive.Select(one => $"{one.Name} ({one.Advertised})"))}."
            : "none.", "Start one: streamsupervisor serve");
        var asked = await Task.WhenAll(alive.Select(member => (member.Name, Url: ManagementOf(member.Advertised))).Where(one => one.Url
            is not null)
            .Select(one => AskAsync(one.Name, one.Url!, cancellation)));
        return [.. findings.All, .. asked.SelectMany(found => found)];
    }

    /// <summary>Where another machine's member answers for management: members share their settings, so at the same port.</summary>
    private string? ManagementOf(string advertised)
    {
        var host = advertised[..advertised.LastIndexOf(':')];
        return options.Management.Listen.FirstOrDefault() is { } listen && Uri.TryCreate(CallableAddress.Of(listen), UriKind.Absolute,
            out var own)
            && Uri.TryCreate(options.Cluster.Advertise, UriKind.Absolute, out var self) && self.Host.Trim('[', ']') != host.Trim('[', ']')
            ? $"{own.Scheme}://{host}:{own.Port}" : null;
    }

    [GeneratedRegex("^streamsupervisor_build_info\\{[^}]*version=\"(?<version>[^\"]*)\"", RegexOptions.Multiline)]
    private static partial Regex Version();
}
