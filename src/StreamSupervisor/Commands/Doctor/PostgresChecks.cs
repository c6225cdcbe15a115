using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>The database of a cluster, through the eyes of the role that serves. Nothing is written into a table.</summary>
internal sealed partial class PostgresChecks(string connectionString)
{
    private const string Subject = "store";
    private const int Oldest = 130000;
    private const int Tries = 5;

    /// <summary>Every admission waits for one commit; above this a person would notice.</summary>
    private static readonly TimeSpan SlowCommit = TimeSpan.FromMilliseconds(50);

    public IEnumerable<DoctorCheck> All =>
    [
        new(Subject, "server", cancellation => WithAsync(ServerAsync, "server", cancellation)),
        new(Subject, "role", cancellation => WithAsync(RoleAsync, "role", cancellation)),
        new(Subject, "schema", cancellation => WithAsync(SchemaAsync, "schema", cancellation)),
        new(Subject, "latency", cancellation => WithAsync(LatencyAsync, "latency", cancellation)),
        new(Subject, "hosts", HostsAsync),
    ];

    private async Task<IReadOnlyList<Finding>> WithAsync(
        Func<NpgsqlConnection, Findings, CancellationToken, Task> look, string check, CancellationToken cancellation)
    {
        var findings = new Findings(Subject);
        await using var source = PostgresConnections.Create(connectionString, "doctor", 1);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await look(connection, findings, cancellation);
        }
        catch (PostgresException refused)
        {
            findings.Fail(check, $"PostgreSQL refuses: {refused.MessageText}.", PostgresFault.Advice(refused) ?? "");
        }
        catch (Exception silent) when (PostgresFault.IsStoreFault(silent))
        {
            findings.Fail(check, $"PostgreSQL does not answer: {PostgresFault.WordsOf(silent).TrimEnd('.')}. Nobody new is admitted "
                + "(hooks.when-unavailable).",
                "Is it started, and does storage.postgres.connection-string name where it listens?");
        }

        return findings.All;
    }

    private static async Task ServerAsync(NpgsqlConnection connection, Findings findings, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding'),
              pg_is_in_recovery(), current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
              clock_timestamp()
            """, connection);
        var began = TimeProvider.System.GetTimestamp();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        _ = await row.ReadAsync(cancellation);
        var (spent, now) = (TimeProvider.System.GetElapsedTime(began), TimeProvider.System.GetUtcNow());
        if (row.GetInt32(0) < Oldest || row.GetString(2) != "UTF8" || row.GetBoolean(3))
        {
            findings.Fail("server",
                $"PostgreSQL {row.GetString(1)}, encoding {row.GetString(2)}{(row.GetBoolean(3) ? ", a standby" : "")}: "
                + "needed are 13 or later, UTF8, and the primary.", "Name all hosts of a primary and its standbys: Host=db1,db2.");
        }
        else
        {
            findings.Ok("server", $"PostgreSQL {row.GetString(1)} at {connection.Host}:{connection.Port} takes writes.");
        }

        string[] off = [.. new[] { (4, "fsync"), (5, "synchronous_commit"), (6, "full_page_writes") }
            .Where(setting => row.GetString(setting.Item1) == "off").Select(setting => setting.Item2)];
        findings.Within("durability", off.Length == 0, off.Length == 0 ? "what is committed is on its disk."
            : $"{string.Join(", ", off)} = off: a crash of the server can take back publishers that were let in.", "Set to on.");
        ClockDifference.Judge(findings, new DateTimeOffset(row.GetDateTime(7)) - now, spent,
            "leases go by the database's clock alone, but times that people read do not fit together.");
    }

    private static async Task RoleAsync(NpgsqlConnection connection, Findings findings, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT current_user::text, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
              to_regnamespace('streamsupervisor') IS NOT NULL, has_database_privilege(current_database(), 'CREATE')
            """, connection);
        string role;
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            _ = await row.ReadAsync(cancellation);
            role = row.GetString(0);
            if (!row.GetBoolean(2))
            {
                findings.Within("role", row.GetBoolean(3), row.GetBoolean(3) ? $"{role} may make the schema, which is not there yet."
                    : $"there is no schema yet, and {role} may not make it: serve would refuse to start.",
                    $"As the owner of the database: streamsupervisor migrate --connection-string … --grant {role}");
                return;
            }

            if (row.GetBoolean(1))
            {
                findings.Warn("role", $"{role} is a superuser: whoever gets its password has the whole server.",
                    "Make a role that may only serve: streamsupervisor migrate --grant ROLE");
                return;
            }
        }

        await using var rights = new NpgsqlCommand(
            """
            SELECT CASE WHEN NOT has_schema_privilege('streamsupervisor', 'USAGE') THEN 'the schema' ELSE (
              SELECT string_agg(c.relname::text, ', ' ORDER BY c.relname) FROM pg_class c
              WHERE c.relnamespace = to_regnamespace('streamsupervisor') AND c.relkind IN ('r', 'p') AND NOT (
                has_table_privilege(c.oid, 'SELECT') AND (c.relname = 'schema_step' OR (has_table_privilege(c.oid, 'INSERT')
                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))))) END
            """, connection);
        if (await rights.ExecuteScalarAsync(cancellation) is string missing)
        {
            findings.Fail("role", $"{role} lacks rights on {missing}: no journal can be written.",
                $"As the owner of the schema: streamsupervisor migrate --connection-string … --grant {role}");
        }
        else
        {
            findings.Ok("role", $"{role} may read and write all it needs.");
        }
    }

    private static async Task SchemaAsync(NpgsqlConnection connection, Findings findings, CancellationToken cancellation)
    {
        try
        {
            var applied = await PostgresMigrations.AppliedAsync(connection, cancellation);
            var pending = Migration.Pending(Migration.Of("Postgres"), applied, $"The database {connection.Database}");
            findings.Ok("schema", pending.Count == 0 ? $"that of this version (step {applied[^1].Number})."
                : $"the next start, or streamsupervisor migrate, applies {string.Join(", ", pending.Select(step => step.Title))}.");
        }
        catch (StoreOpenException problem)
        {
            findings.Fail("schema", problem.Message, "");
        }
    }

    /// <summary>A record in the log that belongs to no table is committed as a row is, standbys that must confirm it included.</summary>
    private static async Task LatencyAsync(NpgsqlConnection connection, Findings findings, CancellationToken cancellation)
    {
        var (reads, commits) = (new List<TimeSpan>(), new List<TimeSpan>());
        await using var read = new NpgsqlCommand("SELECT 1", connection);
        await using var commit = new NpgsqlCommand("SELECT pg_logical_emit_message(true, 'streamsupervisor', 'doctor')", connection);
        for (var i = 0; i < Tries; i++)
        {
            reads.Add(await TimeAsync(read, cancellation));
            commits.Add(await TimeAsync(commit, cancellation));
        }

        var median = commits.Order().ElementAt(Tries / 2);
        findings.Within("latency", median < SlowCommit,
            $"a question takes {reads.Order().ElementAt(Tries / 2).TotalMilliseconds:0.0} ms, a "
            + $"commit {median.TotalMilliseconds:0.0} ms (median of {Tries}); every admission waits for one.",
            "Bring the members and the database closer together, or give it a faster disk; a synchronous standby far away costs as much.");
    }

    private static async Task<TimeSpan> TimeAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        _ = await command.ExecuteScalarAsync(cancellation);
        return TimeProvider.System.GetElapsedTime(began);
    }
}
