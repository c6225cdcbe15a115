using Npgsql;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// Brings a PostgreSQL database to the schema of this version. Several members may try at the same moment: an advisory lock lets one. A
/// step is one file <c>Journal/Schema/Postgres/NNN_name.sql</c>; all that are missing are applied in one transaction.
/// </summary>
public static class PostgresMigrations
{
    private const int MigrationLock = 0;

    /// <summary>Applies what is missing. Needs a role that may create the schema; without anything missing, reading it is enough.</summary>
    /// <returns>The steps that were applied, by their titles.</returns>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer; try again.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(
        string connectionString, ILogger log, CancellationToken cancellation = default) =>
        MigrateAsync(connectionString, Migration.Of("Postgres"), log, cancellation);

    /// <summary>The same as a version of the program with these steps.</summary>
    internal static Task<IReadOnlyList<string>> MigrateAsync(
        string connectionString, IReadOnlyList<Migration> known, ILogger log, CancellationToken cancellation = default) =>
        ConnectAsync(
            connectionString,
            async connection =>
            {
                await PostgresConnections.CheckServerAsync(connection, log, cancellation);
                return await MigrateAsync(connection, known, log, cancellation);
            },
            cancellation);

    /// <summary>Lets a role serve: it may read and write rows, and cannot change the schema. Needs the role that owns the schema.</summary>
    /// <param name="connectionString">Connects as the owner.</param>
    /// <param name="role">Exactly as it is written in the catalogue.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreOpenException">There is no such role, or the rights of the caller do not reach; the message says what to
    /// do.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer; try again.</exception>
    public static async Task GrantAsync(string connectionString, string role, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        var quoted = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        _ = await ConnectAsync(
            connectionString,
            async connection =>
            {
                await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_roles WHERE rolname = $1", connection)
                {
                    Parameters = { new() { Value = role } },
                };
                if (await exists.ExecuteScalarAsync(cancellation) is null)
                {
                    throw new StoreOpenException($"There is no role {role}. Create it first: CREATE ROLE {quoted} LOGIN PASSWORD '...'.");
                }

                var grants = Migration.Text("Schema/Postgres/roles.sql").Replace(":\"role\"", quoted, StringComparison.Ordinal);
                await ExecuteAsync(connection, grants, cancellation);
                return true;
            },
            cancellation);
    }

    private static async Task<T> ConnectAsync<T>(
        string connectionString, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var source = PostgresConnections.Create(connectionString, "migration", 1);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            return await work(connection);
        }
        catch (PostgresException e) when (PostgresFault.Advice(e) is { } advice)
        {
            throw new StoreOpenException($"PostgreSQL refuses: {e.MessageText}. {advice}", e);
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e))
        {
            throw new StoreUnavailableException($"PostgreSQL did not answer for the schema: {PostgresFault.WordsOf(e)}", e);
        }
    }

    private static async Task<IReadOnlyList<string>> MigrateAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> known, ILogger log, CancellationToken cancellation)
    {
        var database = $"The database {connection.Database}";
        await RefuseKernelAsync(connection, database, cancellation);
        if (Migration.Pending(known, await AppliedAsync(connection, cancellation), database).Count == 0)
        {
            return [];
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // An index on a large table takes longer than a member may wait for an answer.
        await ExecuteAsync(
            connection,
            $"""
            SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s';
            SELECT pg_advisory_xact_lock({PostgresConnections.LockClass}, {MigrationLock});
            CREATE SCHEMA IF NOT EXISTS streamsupervisor;
            CREATE TABLE IF NOT EXISTS streamsupervisor.schema_step(
              number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, compatible_from int NOT NULL,
              applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
            """,
            cancellation);

        // Looked at again under the lock: another member may have been first.
        var applied = await AppliedAsync(connection, cancellation);
        var pending = Migration.Pending(known, applied, database);
        await CheckNobodyIsHurtAsync(connection, database, applied, pending, cancellation);
        foreach (var step in pending)
        {
            await ExecuteAsync(connection, step.Sql, cancellation);
            await using var note = new NpgsqlCommand(
                "INSERT INTO streamsupervisor.schema_step(number, name, checksum, compatible_from) VALUES($1, $2, $3, $4)", connection)
            {
                Parameters =
                {
                    new() { Value = step.Number }, new() { Value = step.Name }, new() { Value = step.Checksum },
                    new() { Value = step.CompatibleFrom },
                },
            };
            _ = await note.ExecuteNonQueryAsync(cancellation);
            log.LogInformation("Applied schema step {Number} ({Name}).", step.Number, step.Name);
        }

        await transaction.CommitAsync(cancellation);
        return [.. pending.Select(step => step.Title)];
    }

    /// <summary>Members of an older version look at the schema at their start only: what they use must not change under them.</summary>
    private static async Task CheckNobodyIsHurtAsync(
        NpgsqlConnection connection,
        string database,
        List<AppliedMigration> applied,
        IReadOnlyList<Migration> pending,
        CancellationToken cancellation)
    {
        const int Membership = 2;
        if (applied.All(step => step.Number < Membership)
            || pending.FirstOrDefault(step => step.CompatibleFrom > applied[^1].Number) is not { } change)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT string_agg(name, ', ' ORDER BY name) FROM streamsupervisor.cluster_member
            WHERE state < 3 AND lease_until > clock_timestamp()
            """,
            connection);
        if (await command.ExecuteScalarAsync(cancellation) is string members)
        {
            throw new StoreOpenException(
                $"{database} is in use by members of an older version ({members}), and schema step {change.Title} changes what they " +
                "work with. Stop all of them first: a rolling restart is not possible over this step. Nothing was changed.");
        }
    }

    /// <summary>The journal of version 0.1 had tables, epochs and outboxes of its own, which nothing here can read.</summary>
    private static async Task RefuseKernelAsync(NpgsqlConnection connection, string database, CancellationToken cancellation)
    {
        await using var old = new NpgsqlCommand(
            "SELECT to_regclass('streamsupervisor.shard') IS NOT NULL AND to_regclass('streamsupervisor.outbox') IS NOT NULL", connection);
        if (await old.ExecuteScalarAsync(cancellation) is true)
        {
            throw new StoreOpenException(
                $"{database} holds the journal of a version before Akka.NET, which this version cannot read. " +
                "Stop all members of the old version, and name a new database in storage.postgres.connection-string, " +
                "or move the old tables out of the way with " +
                "ALTER SCHEMA streamsupervisor RENAME TO streamsupervisor_old. " +
                "Streams that are on air are found again by the next sweep; locks and pins have to be set again. Nothing was changed.");
        }
    }

    /// <summary>The steps that a database was built from, by their numbers; none where it has no schema.</summary>
    internal static async Task<List<AppliedMigration>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new List<AppliedMigration>();
        await using (var exists = new NpgsqlCommand("SELECT to_regclass('streamsupervisor.schema_step') IS NOT NULL", connection))
        {
            if (await exists.ExecuteScalarAsync(cancellation) is not true)
            {
                return applied;
            }
        }

        await using var command = new NpgsqlCommand(
            "SELECT number, name, checksum, compatible_from FROM streamsupervisor.schema_step ORDER BY number", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            applied.Add(new AppliedMigration(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3)));
        }

        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        _ = await command.ExecuteNonQueryAsync(cancellation);
    }
}
