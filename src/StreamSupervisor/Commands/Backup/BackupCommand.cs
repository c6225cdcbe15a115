using System.CommandLine;
using System.Text.Json;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Commands.Setup;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Commands.Backup;

/// <summary><c>backup</c> and <c>restore</c> of the file of one supervisor.</summary>
internal static class BackupCommand
{
    private const string WhatRestoringMeans = "What a restored copy lacks is forgotten, though it was confirmed: admissions, locks, pins. "
        + "It is noticed: new admissions wait until every SRS server was looked at, who is on air is taken over, generations go on higher.";

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Where the copy is written.", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Write over a file that is there." };
        var json = new Option<bool>("--json") { Description = "Machine-readable output." };
        var command = new Command("backup", "Copy the journal of a supervisor on SQLite into a file, while it runs.") { file, force, json };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (from, to) = (PathOf(switches.LoadUsable(parsed).Options.Storage), parsed.GetValue(file)!);
            PrivateFile.MayWrite(to, parsed.GetValue(force));
            var copied = await InWordsAsync(() => SqliteBackup.Take(from, to, parsed.GetValue(force), cancellation), cancellation);
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { from, to, copied.Bytes, copied.Newest, copied.Schema }, JsonOutput.Options)
                : $"{to}: {Megabytes(copied)} MB, sound, records up to number {copied.Newest}, schema step {copied.Schema}.");
        });
        return command;
    }

    public static Command CreateRestore()
    {
        var file = new Argument<string>("file") { Description = "A copy that backup has written.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Machine-readable output." };
        var command = new Command("restore",
            "Put a copy in the place of the journal of a supervisor on SQLite, which is stopped. The file before is kept beside it.")
        {
            file, json,
        };
        var switches = ConfigurationSwitches.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (from, to) = (parsed.GetValue(file)!, PathOf(switches.LoadUsable(parsed).Options.Storage));
            var now = TimeProvider.System.GetUtcNow();
            var (restored, keptAs) = await InWordsAsync(() => SqliteBackup.Restore(from, to, now, cancellation), cancellation);
            if (await FileOwner.GiveAsync(keptAs ?? Path.GetDirectoryName(to)!, [to, to + ".lock"], cancellation) is { } why)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"warning: {to} belongs to this user now ({why}); give it to the one that the supervisor runs as.");
            }

            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { from, to, keptAs, restored.Bytes, restored.Newest, restored.Schema }, JsonOutput.Options)
                : $"{to}: restored, {Megabytes(restored)} MB, sound, records up to number {restored.Newest}, schema step {restored.Schema}."
                    + (keptAs is null ? "" : $"\nThe file before is kept as {keptAs}.") + $"\n{WhatRestoringMeans}");
        });
        return command;
    }

    private static string PathOf(StorageOptions storage) => storage.Provider == "sqlite" ? Path.GetFullPath(storage.Sqlite.Path)
        : throw new CommandException("storage.provider is postgres, and PostgreSQL has its own tools: "
            + "pg_dump --schema=streamsupervisor for a copy, pg_basebackup with an archive of the log to lose "
            + "nothing. Stop all members before you restore a dump. " + WhatRestoringMeans,
            ExitCodes.Usage);

    private static async Task<T> InWordsAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(work, cancellation);
        }
        catch (StoreOpenException problem)
        {
            throw new CommandException(problem.Message);
        }
    }

    private static string Megabytes(CopiedFile file) => $"{file.Bytes / 1e6:0.0}";
}
