using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Commands.Doctor;

/// <content>Whether another server is there when the primary fails, and is found.</content>
internal sealed partial class PostgresChecks
{
    private async Task<IReadOnlyList<Finding>> HostsAsync(CancellationToken cancellation)
    {
        var findings = new Findings(Subject);
        var settings = new NpgsqlConnectionStringBuilder(PostgresConnections.Render(connectionString, "doctor", 1));
        string[] hosts = settings.Host!.Split(',');
        if (hosts.Length == 1)
        {
            findings.Ok("failover", "one host: while it is away nobody new is admitted, who is on air stays. "
                + "A primary and its standbys are named together: Host=db1,db2.");
            return findings.All;
        }

        if (settings.TargetSessionAttributes != "read-write")
        {
            findings.Fail("failover",
                $"Target Session Attributes={settings.TargetSessionAttributes} may lead to a server that takes no writes.",
                "Leave it out: the one that takes writes is looked for by itself.");
        }

        var looks = await Task.WhenAll(hosts.Select(host => LookAsync(settings, host, cancellation)));
        foreach (var away in looks.Where(look => look.TakesWrites is null))
        {
            findings.Warn("failover", $"{away.Host} does not answer ({away.Why}): it can't take over.", "Start it, or take it out.");
        }

        var primaries = looks.Where(look => look.TakesWrites == true).ToList();
        if (primaries.Count != 1)
        {
            findings.Fail("failover", primaries.Count == 0 ? "no host takes writes: nobody new is admitted."
                : $"{string.Join(" and ", primaries.Select(look => look.Host))} both take writes: there are two databases.",
                primaries.Count == 0 ? "Promote a standby." : "Stop the one that is no longer the primary, at once.");
            return findings.All;
        }

        var isSynchronous = primaries[0].Synchronous.Length > 0;
        findings.Within("failover", isSynchronous, $"{primaries[0].Host} takes writes, "
            + $"{Sentence.Count(looks.Count(look => look.TakesWrites == false), "standby host")} could take over"
            + (isSynchronous ? "."
                : "; none is synchronous: what one has not received when it is promoted is forgotten, though it was confirmed."),
            "Set synchronous_standby_names.");
        return findings.All;
    }

    private static async Task<(string Host, bool? TakesWrites, string Synchronous, string Why)> LookAsync(
        NpgsqlConnectionStringBuilder settings, string host, CancellationToken cancellation)
    {
        var one = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Host = host, TargetSessionAttributes = "any",
            Pooling = false };
        try
        {
            await using var source = new NpgsqlDataSourceBuilder(one.ConnectionString).Build();
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand(
                "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off', "
                + "current_setting('synchronous_standby_names')", connection);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            _ = await row.ReadAsync(cancellation);
            return (host, row.GetBoolean(0), row.GetString(1), "");
        }
        catch (Exception silent) when (PostgresFault.IsStoreFault(silent))
        {
            return (host, null, "", PostgresFault.WordsOf(silent));
        }
    }
}
