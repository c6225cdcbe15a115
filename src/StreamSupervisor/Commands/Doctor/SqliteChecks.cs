using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Commands.Setup;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>The file of one supervisor and the disk below it. The file is only read.</summary>
internal static class SqliteChecks
{
    private const string Subject = "store";
    private const int Tries = 5;

    /// <summary>Every admission waits for one write; above this a person would notice.</summary>
    private static readonly TimeSpan SlowWrite = TimeSpan.FromMilliseconds(50);

    public static IEnumerable<DoctorCheck> Of(StorageOptions storage)
    {
        var path = Path.GetFullPath(storage.Sqlite.Path);
        yield return new DoctorCheck(Subject, "file", _ => Task.FromResult(FileOf(path)));
        yield return new DoctorCheck(Subject, "disk", cancellation => DiskAsync(storage, path, cancellation));
    }

    /// <summary>Whether a file system is another machine's, by its name in the kernel.</summary>
    internal static bool IsNetwork(string fileSystem) => new[]
    {
        "nfs", "smb", "cifs", "afs", "9p", "ceph", "gluster", "lustre", "gpfs", "ocfs", "gfs", "sshfs", "davfs", "s3fs", "beegfs",
            "moosefs",
    }.Any(name => fileSystem.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<Finding> FileOf(string path)
    {
        var findings = new Findings(Subject);
        if (!File.Exists(path))
        {
            findings.Warn("file", $"{path} is not there yet; it is made at the first start.",
                "Where there should be one: is storage.sqlite.path right, and is this the folder in which serve is started?");
            return findings.All;
        }

        try
        {
            using var connection = SqliteReadOnly.Open(path);
            var (applied, pending) = SqliteMigrations.Look(connection, path);
            findings.Ok("schema", pending.Count == 0 ? $"{path} has that of this version (step {applied[^1].Number})."
                : $"{path} is of an earlier version; the next start applies {string.Join(", ", pending.Select(step => step.Title))}.");
        }
        catch (StoreOpenException problem)
        {
            findings.Fail("schema", problem.Message, "");
        }

        if (!OperatingSystem.IsWindows())
        {
            var isPrivate = (File.GetUnixFileMode(path) & ~PrivateFile.Mode) == UnixFileMode.None;
            findings.Within("file", isPrivate,
                isPrivate ? "only its user can read it." : "others can read it, and it names encoders and their addresses.",
                $"chmod 600 {path}");
        }

        return findings.All;
    }

    private static async Task<IReadOnlyList<Finding>> DiskAsync(StorageOptions storage, string path, CancellationToken cancellation)
    {
        var findings = new Findings(Subject);
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            return findings.All;
        }

        var disk = new StoreDisk(storage);
        var drive = new DriveInfo(folder);
        if (disk.WhyNotReady() is { } full)
        {
            findings.Fail("space", full, "Make room.");
        }
        else
        {
            findings.Within("space", disk.Warning() is null, disk.Warning() ?? $"{drive.AvailableFreeSpace / 1e9:0.0} GB are left.",
                "Make room.");
        }

        if (IsNetwork(drive.DriveFormat))
        {
            findings.Fail("file system", $"{folder} lies on {drive.DriveFormat}, a network file system: its locks do not hold, and two "
                + "supervisors could write the same file.", "Put it on a local disk (storage.sqlite.path), or use PostgreSQL.");
        }
        else
        {
            findings.Ok("file system", $"{folder} is local ({drive.DriveFormat}).");
        }

        await WriteAsync(folder, findings, cancellation);
        return findings.All;
    }

    /// <summary>How long a write takes to be on the disk: in a file of our own, so that the journal is left alone.</summary>
    private static async Task WriteAsync(string folder, Findings findings, CancellationToken cancellation)
    {
        var probe = Path.Combine(folder, $".doctor-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            var took = new List<TimeSpan>();
            await using (var file = PrivateFile.Create(probe))
            {
                for (var i = 0; i < Tries; i++)
                {
                    var began = TimeProvider.System.GetTimestamp();
                    await file.WriteAsync(new byte[4096], cancellation);
                    file.Flush(flushToDisk: true);
                    took.Add(TimeProvider.System.GetElapsedTime(began));
                }
            }

            var median = took.Order().ElementAt(Tries / 2);
            findings.Within("latency", median < SlowWrite,
                $"a write is on the disk after {median.TotalMilliseconds:0.0} ms (median of {Tries}); "
                + "every admission waits for one.", "Use a faster disk: an SSD takes a few milliseconds.");
        }
        catch (UnauthorizedAccessException denied)
        {
            findings.Warn("latency", $"this user may not write into {folder}: {denied.Message}",
                "Run doctor as the user of the supervisor.");
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
