using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Moving;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands;

/// <summary>
/// <c>migrate</c>: brings the database to the schema of this version, as whoever owns it, so that the role that serves needs no such right;
/// and moves the journal of one supervisor into it.
/// </summary>
internal static class MigrateCommand
{
    public const string DatabaseVariable = "STREAMSUPERVISOR_MIGRATE_DB";
    private const string SqliteScheme = "sqlite:";

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
        var from = new Option<string?>("--from")
        {
            Description = "Moves the journal of a supervisor that is stopped from its SQLite file into an empty PostgreSQL database.",
            HelpName = "sqlite:FILE",
        };
        var json = new Option<bool>("--json") { Description = "Machine-readable output." };
        var command = new Command("migrate",
            "Bring the database to the schema of this version. 'serve' does it too, if its role may.") 
        {
            connection, grant, from, json,
        };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var storage = switches.LoadUsable(parsed).Options.Storage;
            var owner = parsed.GetValue(connection) ?? Environment.GetEnvironmentVariable(DatabaseVariable);
            var (role, file) = (parsed.GetValue(grant), FileOf(parsed.GetValue(from), storage));
            try
            {
                var (database, applied) = storage.Provider == "postgres"
                    ? await PostgresAsync(owner ?? storage.Postgres.ConnectionString, role, cancellation)
                    : await SqliteAsync(storage, parsed.GetValue(connection), role, cancellation);
                var moved = file is null ? null
                    : await SqliteToPostgres.CopyAsync(file, owner ?? storage.Postgres.ConnectionString, cancellation);
                Write(parsed, parsed.GetValue(json), database, applied, role, (file, moved));
                return ExitCodes.Ok;
            }
            catch (Exception problem) when (problem is StoreOpenException or StoreUnavailableException)
            {
                throw new CommandException(problem.Message);
            }
        });
        return command;
    }

    private static string? FileOf(string? from, StorageOptions storage) => from switch
    {
        null => null,
        _ when !from.StartsWith(SqliteScheme, StringComparison.Ordinal) || from.Length == SqliteScheme.Length =>
            throw new CommandException($"'{OutputTable.Plain(from)}' is no store that can be moved; write --from sqlite:FILE.",
                ExitCodes.Usage),
        _ when storage.Provider != "postgres" => throw new CommandException(
            "--from moves into PostgreSQL, and storage.provider is sqlite. Name the settings of the cluster with --config.",
                ExitCodes.Usage),
        _ => from[SqliteScheme.Length..],
    };

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

    private static void Write(ParseResult parsed, bool asJson, string database, IReadOnlyList<string> applied, string? role,
        (string? File, IReadOnlyList<MovedTable>? Tables) moved)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (asJson)
        {
            var tables = moved.Tables?.ToDictionary(table => table.Name, table => table.Rows);
            output.WriteLine(JsonSerializer.Serialize(new { database, applied, granted = role, moved = tables }, JsonOutput.Options));
            return;
        }

        output.WriteLine(applied.Count == 0
            ? $"{database}: nothing to apply, the schema is that of this version."
            : $"{database}: applied {Sentence.Count(applied.Count, "step")}: {string.Join(", ", applied)}.");
        if (role is not null)
        {
            output.WriteLine($"{role} may serve.");
        }

        if (moved is { File: { } file, Tables: { } all })
        {
            output.WriteLine($"{file}: moved, and counted again there: "
                + $"{string.Join(", ", all.Select(table => $"{table.Name} {table.Rows}"))}.");
            output.WriteLine("The file is as it was. Start the members on PostgreSQL, and no supervisor on the file any more.");
        }
    }
}
