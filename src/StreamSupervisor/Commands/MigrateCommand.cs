using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands;

/// <summary>
/// <c>migrate</c>: brings the database to the schema of this version, as whoever owns it, so that the role that serves needs no such right.
/// </summary>
internal static class MigrateCommand
{
    public const string DatabaseVariable = "STREAMSUPERVISOR_MIGRATE_DB";

    public static Command Create()
    {
        var connection = new Option<string?>("--connection-string")
        {
            Description = "Connects to PostgreSQL as the owner of the schema, in place of storage.postgres.connection-string. "
                + $"Others on this machine can see it here; better: {DatabaseVariable}.",
            HelpName = "TEXT",
        };
        var grant = new Option<string?>("--grant") { Description =
            "Lets this role of PostgreSQL serve: it may read and write rows and cannot change the schema.", HelpName = "ROLE" };
        var json = new Option<bool>("--json") { Description = "Machine-readable output." };
        var command = new Command("migrate",
            "Bring the database to the schema of this version. 'serve' does it too, if its role may.") { connection, grant, json };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var storage = switches.LoadUsable(parsed).Options.Storage;
            var owner = parsed.GetValue(connection) ?? Environment.GetEnvironmentVariable(DatabaseVariable);
            var role = parsed.GetValue(grant);
            try
            {
                var (database, applied) = storage.Provider == "postgres"
                    ? await PostgresAsync(owner ?? storage.Postgres.ConnectionString, role, cancellation)
                    : await SqliteAsync(storage, parsed.GetValue(connection), role, cancellation);
                Write(parsed, parsed.GetValue(json), database, applied, role);
                return ExitCodes.Ok;
            }
            catch (Exception problem) when (problem is StoreOpenException or StoreUnavailableException)
            {
                throw new CommandException(problem.Message);
            }
        });
        return command;
    }

    private static async Task<(string Database, IReadOnlyList<string> Applied)> PostgresAsync(string connection, string? role,
        CancellationToken cancellation)
    {
        var applied = await PostgresMigrations.MigrateAsync(connection, NullLogger.Instance, cancellation);
        if (role is not null)
        {
            await PostgresMigrations.GrantAsync(connection, role, cancellation);
        }

        return ("PostgreSQL", applied);
    }

    private static async Task<(string Database, IReadOnlyList<string> Applied)> SqliteAsync(StorageOptions storage, string? connection,
        string? role, CancellationToken cancellation)
    {
        if (connection is not null || role is not null)
        {
            throw new CommandException("--connection-string and --grant are for PostgreSQL, and storage.provider is sqlite.",
                ExitCodes.Usage);
        }

        return (storage.Sqlite.Path, await SqliteMigrations.MigrateAsync(storage.Sqlite.Path, TimeProvider.System, cancellation));
    }

    private static void Write(ParseResult parsed, bool asJson, string database, IReadOnlyList<string> applied, string? role)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(new { database, applied, granted = role }, JsonOutput.Options));
            return;
        }

        output.WriteLine(applied.Count == 0
            ? $"{database}: nothing to apply, the schema is that of this version."
            : $"{database}: applied {Sentence.Count(applied.Count, "step")}: {string.Join(", ", applied)}.");
        if (role is not null)
        {
            output.WriteLine($"{role} may serve.");
        }
    }
}
