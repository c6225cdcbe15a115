using Microsoft.Data.Sqlite;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Commands;

/// <summary>A copy that was taken while the supervisor worked, and what is known again when it is put back.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backup-").FullName;

    private string Backup => Path.Combine(_folder, "backup.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_backup_taken_under_load_restores_to_the_same_answers()
    {
        await using var platform = await Platform.StartAsync(SrsModel.V5);
        string[] quiet = ["live/on-air", "live/gone", "live/locked", "live/never"];
        var onAir = await platform.PublishAsync(platform.Srs[0], quiet[0]);
        var gone = await platform.PublishAsync(platform.Srs[0], quiet[1]);
        await gone.HangUpAsync();
        await platform.OrderAsync(quiet[2], "lock", "rehearsal");
        await platform.OrderAsync(quiet[3], "lock", "a moment");
        await platform.OrderAsync(quiet[3], "unlock", "over");
        await platform.StreamAsync(quiet[1], stream => stream.State == "interrupted");
        await platform.StreamAsync(quiet[0], stream => stream.Session is { Confirmed: true });
        var before = await AnswersAsync(platform, quiet);

        // The load: a key that changes hands all the time, before, while and after the copy is taken.
        using var enough = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            for (var round = 0; !enough.IsCancellationRequested; round++)
            {
                await platform.ComeBackAsync(platform.Srs[0], "live/busy");
            }
        });
        await GenerationsAsync(platform, 3);
        var (code, output, error) = await RunAsync("backup", Backup, "--set", $"storage.sqlite.path={platform.Database}");
        code.ShouldBe(ExitCodes.Ok, error);
        output.ShouldContain("sound");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Backup).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Directory.GetFiles(_folder).ShouldHaveSingleItem();
        var generation = (await GenerationsAsync(platform, 3)).Generation;
        await enough.CancelAsync();
        await load;
        await platform.OrderAsync("live/later", "lock", "after the backup");
        var busy = (await platform.TimelineAsync("live/busy")).ToList();

        // Not under the feet of the supervisor.
        var mark = platform.Database + ".mark";
        (code, _, error) = await RunAsync("restore", Backup, "--set", $"storage.sqlite.path={platform.Database}");
        code.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("in use by another process");

        await platform.RestartAsync(async store =>
        {
            var marked = await File.ReadAllTextAsync(mark);
            var restored = await RunAsync("restore", Backup, "--set", $"storage.sqlite.path={platform.Database}");
            restored.Code.ShouldBe(ExitCodes.Ok, restored.Error);
            restored.Output.ShouldContain("The file before is kept as");
            restored.Output.ShouldContain("new admissions wait until every SRS server was looked at");
            (await File.ReadAllTextAsync(mark)).ShouldBe(marked, "it says how far the file had come");
            File.Exists(platform.Database + "-wal").ShouldBeFalse();
        });

        var after = await AnswersAsync(platform, quiet);
        foreach (var (was, known) in before.Zip(after))
        {
            known.State.ShouldBe(was.State);
            known.Timeline.Take(was.Timeline.Count).ShouldBe(was.Timeline);
        }

        (await platform.Srs.ActiveAsync(quiet[0])).ShouldBe([onAir.ClientId]);
        var kept = (await platform.TimelineAsync("live/busy")).TakeWhile((entry, i) => i < busy.Count && Line(entry) == Line(busy[i])).Count();
        kept.ShouldBeInRange(3, busy.Count - 1, "what was written before the backup, and not what was written after");
        (await platform.StreamAsync("live/later"))?.Locked.ShouldBeNull();

        // What the copy lacks was noticed: no generation is given twice.
        _ = await platform.ComeBackAsync(platform.Srs[0], "live/busy");
        (await platform.StreamAsync("live/busy"))!.Generation.ShouldBeGreaterThan(generation);
    }

    [Fact]
    public async Task A_file_that_is_there_stays_unless_somebody_insists()
    {
        var file = await JournalAsync("one.db");
        await File.WriteAllTextAsync(Backup, "mine");
        (await RunAsync("backup", Backup, "--set", $"storage.sqlite.path={file}")).Error.ShouldContain("--force");
        (await File.ReadAllTextAsync(Backup)).ShouldBe("mine");
        (await RunAsync("backup", Backup, "--force", "--set", $"storage.sqlite.path={file}")).Code.ShouldBe(ExitCodes.Ok);
        using var copy = SqliteReadOnly.Open(Backup);
        SqliteReadOnly.Fault(copy).ShouldBeNull();

        (await RunAsync("backup", Path.Combine(Backup, "no-folder"), "--set", $"storage.sqlite.path={file}")).Code.ShouldBe(ExitCodes.Failed);

        // Reading alone leaves nothing beside a file that nobody works in.
        Directory.GetFiles(_folder).Select(Path.GetFileName).Order().ShouldBe(["backup.db", "one.db", "one.db.lock"]);
    }

    [Fact]
    public async Task A_log_that_a_crash_left_is_part_of_the_backup()
    {
        var file = await JournalAsync("crashed.db");
        var crashed = Path.Combine(_folder, "copy.db");
        await using (var store = await OpenAsync(file))
        {
            await new StoredSettings(store).GetOrAddAsync("of-the-log", [1]);
            File.Copy(file, crashed);
            File.Copy(file + "-wal", crashed + "-wal");
        }

        (await RunAsync("backup", Backup, "--set", $"storage.sqlite.path={crashed}")).Code.ShouldBe(ExitCodes.Ok);

        await using var restored = await OpenAsync(Backup);
        (await new StoredSettings(restored).GetOrAddAsync("of-the-log", [2])).ShouldBe([1]);
    }

    [Fact]
    public async Task A_copy_that_is_not_sound_or_not_ours_is_refused_and_the_file_stays()
    {
        var file = await JournalAsync("mine.db");
        var was = await File.ReadAllBytesAsync(file);
        var broken = Path.Combine(_folder, "broken.db");
        var bytes = await File.ReadAllBytesAsync(file);
        Array.Fill(bytes, (byte)0x5a, 3 * 4096, 4096);
        await File.WriteAllBytesAsync(broken, bytes);
        var text = Path.Combine(_folder, "text.db");
        await File.WriteAllTextAsync(text, string.Concat(Enumerable.Repeat("no database\n", 1000)));
        var foreign = Path.Combine(_folder, "foreign.db");
        using (var other = new SqliteConnection($"Data Source={foreign};Pooling=false"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE t(x)";
            _ = command.ExecuteNonQuery();
        }

        foreach (var (wrong, says) in new[] { (broken, "not a sound"), (text, "not a sound"), (foreign, "another program"), (Path.Combine(_folder, "none.db"), "There is no file"), (file, "the file itself") })
        {
            var (code, _, error) = await RunAsync("restore", wrong, "--set", $"storage.sqlite.path={file}");
            code.ShouldBe(ExitCodes.Failed, wrong);
            error.ShouldContain(says);
            (await File.ReadAllBytesAsync(file)).ShouldBe(was, wrong);
        }

        Directory.GetFiles(_folder, "*.part").ShouldBeEmpty();
        (await RunAsync("backup", Backup, "--set", $"storage.sqlite.path={broken}")).Error.ShouldContain("not a sound");
        File.Exists(Backup).ShouldBeFalse();
    }

    [Fact]
    public async Task A_log_beside_the_file_goes_with_it_and_not_into_the_copy()
    {
        var file = await JournalAsync("mine.db");
        (await RunAsync("backup", Backup, "--set", $"storage.sqlite.path={file}")).Code.ShouldBe(ExitCodes.Ok);
        await File.WriteAllTextAsync(file + "-wal", "left by a crash");

        (await RunAsync("restore", Backup, "--set", $"storage.sqlite.path={file}")).Code.ShouldBe(ExitCodes.Ok);

        File.Exists(file + "-wal").ShouldBeFalse();
        var kept = Directory.GetFiles(_folder, "mine.db.*.old").ShouldHaveSingleItem();
        (await File.ReadAllTextAsync(kept + "-wal")).ShouldBe("left by a crash");

        // Also where the file itself is gone.
        File.Delete(file);
        await File.WriteAllTextAsync(file + "-wal", "left alone");
        (await RunAsync("restore", Backup, "--set", $"storage.sqlite.path={file}")).Code.ShouldBe(ExitCodes.Ok);
        File.Exists(file + "-wal").ShouldBeFalse();
        (await File.ReadAllTextAsync(file + "-wal.replaced")).ShouldBe("left alone");
    }

    [Fact]
    public async Task A_file_that_cannot_be_exchanged_is_put_back_with_its_log()
    {
        var file = await JournalAsync("mine.db");
        var was = await File.ReadAllBytesAsync(file);
        await File.WriteAllTextAsync(file + "-wal", "left by a crash");

        // The copy is gone at the last step, when the file is aside already.
        Should.Throw<IOException>(() => SqliteBackup.Exchange(Path.Combine(_folder, "none.part"), file, TimeProvider.System.GetUtcNow()));

        (await File.ReadAllBytesAsync(file)).ShouldBe(was);
        (await File.ReadAllTextAsync(file + "-wal")).ShouldBe("left by a crash");
        Directory.GetFiles(_folder, "*.old*").ShouldBeEmpty();
    }

    [RootFact]
    public async Task What_root_restores_belongs_to_whom_the_file_before_did()
    {
        var file = await JournalAsync("mine.db");
        (await RunAsync("backup", Backup, "--set", $"storage.sqlite.path={file}")).Code.ShouldBe(ExitCodes.Ok);
        using (var chown = System.Diagnostics.Process.Start("chown", ["nobody", file]))
        {
            await chown.WaitForExitAsync();
        }

        (await RunAsync("restore", Backup, "--set", $"storage.sqlite.path={file}")).Error.ShouldBe("");

        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%U %a", file, file + ".lock"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        (await stat.StandardOutput.ReadToEndAsync()).ShouldBe("nobody 600\nnobody 600\n");
    }

    [Fact]
    public async Task PostgreSQL_has_tools_of_its_own()
    {
        string[] settings =
        [
            "--set", "storage.provider=postgres", "--set", "storage.postgres.connection-string=Host=127.0.0.1;Database=x", "--set", "cluster.enabled=true",
            "--set", "cluster.advertise=http://127.0.0.1:8560", "--set", "cluster.secret=0123456789abcdef0123456789abcdef",
        ];
        foreach (var command in new[] { "backup", "restore" })
        {
            var (code, _, error) = await RunAsync([command, Backup, .. settings]);
            code.ShouldBe(ExitCodes.Usage);
            error.ShouldContain("pg_dump");
            error.ShouldContain("What a restored copy lacks is forgotten");
        }
    }

    private static async Task<List<(object State, List<string> Timeline)>> AnswersAsync(Platform platform, IEnumerable<string> keys)
    {
        var answers = new List<(object, List<string>)>();
        foreach (var key in keys)
        {
            var stream = await platform.StreamAsync(key);
            var timeline = (await platform.TimelineAsync(key)).Select(Line).ToList();
            answers.Add(((stream?.State, stream?.Generation, stream?.Session?.ClientId, stream?.Session?.Since, stream?.Locked), timeline));
        }

        return answers;
    }

    /// <summary>Only root gives files away.</summary>
    private sealed class RootFactAttribute : FactAttribute
    {
        public RootFactAttribute() => Skip = Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? null : "needs root";
    }

    private static string Line(TimelineEntry entry) => $"{entry.Sequence} {entry.At:O} {entry.Kind} {entry.Text}";

    /// <summary>Waits until the busy key has changed hands so many times more.</summary>
    private static async Task<StreamView> GenerationsAsync(Platform platform, int more)
    {
        var from = (await platform.StreamAsync("live/busy"))?.Generation ?? 0;
        return await platform.StreamAsync("live/busy", stream => stream.Generation >= from + more);
    }

    private async Task<string> JournalAsync(string name)
    {
        var path = Path.Combine(_folder, name);
        await using var store = await OpenAsync(path);
        await new StoredSettings(store).GetOrAddAsync("of-a-test", [1]);
        return path;
    }

    private static Task<JournalStore> OpenAsync(string path) =>
        JournalStore.OpenAsync(new StoreLocation.Sqlite(path), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandTree.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}
