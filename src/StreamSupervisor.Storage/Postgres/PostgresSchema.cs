using Microsoft.Extensions.Logging;
using Npgsql;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>Brings a database to the schema of this version. Several members may try at the same moment: an advisory lock lets
/// one.</summary>
public static class PostgresSchema
{
    /// <summary>Locks of this product, apart from those of others in the same database: "SSup".</summary>
    internal const int LockClass = 0x53537570;

    private const int MigrationLock = 0;

    /// <summary>Applies what is missing. Needs a role that may create the schema; without anything missing, reading it is enough.</summary>
    /// <returns>The steps that were applied, by their titles.</returns>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    /// <exception cref="Cluster.Persistence.StoreUnavailableException">The server does not answer; try again.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(string connectionString, ILogger log, int shards = 256, CancellationToken cancellation = default) =>
        MigrateAsync(connectionString, Migration.Of("Postgres"), log, shards, cancellation);

    /// <summary>The same as a version of the program with these steps.</summary>
    internal static Task<IReadOnlyList<string>> MigrateAsync(
        string connectionString, IReadOnlyList<Migration> known, ILogger log, int shards = 256, CancellationToken cancellation = default) =>
        ConnectAsync(
            connectionString,
            async connection =>
            {
                await PostgresDataSource.CheckServerAsync(connection, log, cancellation);
                return await MigrateAsync(connection, known, log, shards, cancellation);
            },
            cancellation);

    /// <summary>Lets a role serve: it may read and write rows, and cannot change the schema. Needs the role that owns the schema.</summary>
    /// <param name="connectionString">Connects as the owner.</param>
    /// <param name="role">Exactly as it is written in the catalogue.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreOpenException">There is no such role, or the rights of the caller do not reach; the message says what to do.</exception>
    /// <exception cref="Cluster.Persistence.StoreUnavailableException">The server does not answer; try again.</exception>
    public static async Task GrantAsync(string connectionString, string role, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        var quoted = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        _ = await ConnectAsync(
            connectionString,
            async connection =>
            {
                await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_roles WHERE rolname = $1", connection) { Parameters = { new() { Value = role } } };
                if (await exists.ExecuteScalarAsync(cancellation) is null)
                {
                    throw new StoreOpenException($"There is no role {role}. Create it first: CREATE ROLE {quoted} LOGIN PASSWORD '...'.");
                }

                await ExecuteAsync(connection, Migration.Text("Schema/Postgres/roles.sql").Replace(":\"role\"", quoted, StringComparison.Ordinal), cancellation);
                return true;
            },
            cancellation);
    }

    private static async Task<T> ConnectAsync<T>(string connectionString, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var source = PostgresDataSource.Create(connectionString, "migration", 1);
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
            throw PostgresFault.Unavailable("the schema", e);
        }
    }

    private static async Task<IReadOnlyList<string>> MigrateAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> known, ILogger log, int shards, CancellationToken cancellation)
    {
        var database = $"The database {connection.Database}";
        if (Migration.Pending(known, await AppliedAsync(connection, cancellation), database).Count == 0)
        {
            await CheckShardsAsync(connection, database, shards, cancellation);
            return [];
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // An index on a large table takes longer than a member may wait for an answer.
        await ExecuteAsync(
            connection,
            $"SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({LockClass}, {MigrationLock})",
            cancellation);
        await ExecuteAsync(
            connection,
            """
            CREATE SCHEMA IF NOT EXISTS streamsupervisor;
            CREATE TABLE IF NOT EXISTS streamsupervisor.migration(
              number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
            """,
            cancellation);

        // Looked at again under the lock: another member may have been first.
        var applied = await AppliedAsync(connection, cancellation);
        var pending = Migration.Pending(known, applied, database);
        await CheckNobodyIsHurtAsync(connection, database, applied, pending, cancellation);
        foreach (var step in pending)
        {
            await ExecuteAsync(connection, step.Sql, cancellation);
            await using var note = new NpgsqlCommand("INSERT INTO streamsupervisor.migration(number, name, checksum) VALUES($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = step.Number }, new() { Value = step.Name }, new() { Value = step.Checksum } },
            };
            _ = await note.ExecuteNonQueryAsync(cancellation);
            if (step.CompatibleFrom < step.Number)
            {
                await using var compatible = new NpgsqlCommand("INSERT INTO streamsupervisor.meta(name, value) VALUES($1, $2::int::text)", connection)
                {
                    Parameters = { new() { Value = step.CompatibilityKey }, new() { Value = step.CompatibleFrom } },
                };
                _ = await compatible.ExecuteNonQueryAsync(cancellation);
            }

            log.LogInformation("Applied schema step {Number} ({Name}).", step.Number, step.Name);
        }

        await ExecuteAsync(
            connection,
            $"""
            INSERT INTO streamsupervisor.meta(name, value) VALUES('shards', '{shards}') ON CONFLICT DO NOTHING;
            INSERT INTO streamsupervisor.shard(shard) SELECT generate_series(0, value::int - 1) FROM streamsupervisor.meta WHERE name = 'shards'
              ON CONFLICT DO NOTHING
            """,
            cancellation);
        await CheckShardsAsync(connection, database, shards, cancellation);
        await transaction.CommitAsync(cancellation);
        return [.. pending.Select(step => step.Title)];
    }

    /// <summary>Members of an older version look at the schema at their start only: what they use must not change under them.</summary>
    private static async Task CheckNobodyIsHurtAsync(
        NpgsqlConnection connection, string database, List<AppliedMigration> applied, IReadOnlyList<Migration> pending, CancellationToken cancellation)
    {
        if (applied.Count == 0 || pending.FirstOrDefault(step => step.CompatibleFrom > applied[^1].Number) is not { } change)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            "SELECT string_agg(name, ', ' ORDER BY name) FROM streamsupervisor.member WHERE state < 3 AND lease_until > clock_timestamp()", connection);
        if (await command.ExecuteScalarAsync(cancellation) is string members)
        {
            throw new StoreOpenException(
                $"{database} is in use by members of an older version ({members}), and schema step {change.Title} changes what they work with. " +
                "Stop all of them first: a rolling restart is not possible over this step. Nothing was changed.");
        }
    }

    private static async Task<List<AppliedMigration>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new List<AppliedMigration>();
        await using (var exists = new NpgsqlCommand("SELECT to_regclass('streamsupervisor.migration') IS NOT NULL AND to_regclass('streamsupervisor.meta') IS NOT NULL", connection))
        {
            if (await exists.ExecuteScalarAsync(cancellation) is not true)
            {
                return applied;
            }
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT m.number, m.name, m.checksum, coalesce(c.value::int, m.number) FROM streamsupervisor.migration m
            LEFT JOIN streamsupervisor.meta c ON c.name = 'schema-' || m.number || '-compatible-from' ORDER BY m.number
            """,
            connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            applied.Add(new AppliedMigration(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3)));
        }

        return applied;
    }

    private static async Task CheckShardsAsync(NpgsqlConnection connection, string database, int shards, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT value::int FROM streamsupervisor.meta WHERE name = 'shards'", connection);
        if (await command.ExecuteScalarAsync(cancellation) is not int stored || stored != shards)
        {
            throw new StoreOpenException(
                $"{database} is cut into another number of shards than the {shards} that this start asks for. " +
                "The number is fixed for the life of a database: set it back, or start with a new database.");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        _ = await command.ExecuteNonQueryAsync(cancellation);
    }
}
