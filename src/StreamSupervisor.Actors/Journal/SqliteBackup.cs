using Microsoft.Data.Sqlite;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// Copies of the file of one supervisor, taken while it runs, and put back. A copy is one state of the file: SQLite reads it in one
/// transaction, beside which the supervisor goes on to write.
/// </summary>
/// <remarks>
/// The mark beside the file (<see cref="SqliteHistory"/>) is no part of a copy and stays where it is when one is put back: what the copy
/// lacks is noticed by it at the next start.
/// </remarks>
internal static class SqliteBackup
{
    /// <summary>Of two copies that are taken at the same moment each has its own.</summary>
    private static readonly string PartSuffix = $".{Environment.ProcessId}.part";

    /// <summary>Copies a file, and checks the copy before it gets its name.</summary>
    /// <param name="from">The file, in use or not.</param>
    /// <param name="to">Where the copy comes to be, whole or not at all.</param>
    /// <param name="overwrite">Whether a file that is there is written over.</param>
    /// <exception cref="StoreOpenException">The file cannot be read or is not sound, or the place cannot be written.</exception>
    public static CopiedFile Take(string from, string to, bool overwrite, CancellationToken cancellation)
    {
        var part = Path.GetFullPath(to) + PartSuffix;
        try
        {
            SqliteFile.CreateFor(part);
            var copied = Copy(Path.GetFullPath(from), part, cancellation);
            File.Move(part, to, overwrite);
            return copied;
        }
        catch (SqliteException e)
        {
            throw SqliteFile.InWords(from, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"{to} cannot be written: {e.Message}", e);
        }
        finally
        {
            DeleteWhatIsLeft(part);
        }
    }

    /// <summary>Puts a copy in the place of the file of a supervisor that is stopped. The file that was there is kept beside it.</summary>
    /// <returns>What was put there, and where the file before it is now; null: there was none.</returns>
    /// <exception cref="StoreOpenException">A supervisor holds the file, the copy is not sound or not ours, or the place cannot be
    /// written. The file is as it was, unless the message says that it is beside.</exception>
    public static (CopiedFile Restored, string? KeptAs) Restore(string backup, string path, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var full = Path.GetFullPath(path);
        if (full == Path.GetFullPath(backup))
        {
            throw new StoreOpenException($"{backup} is the file itself.");
        }

        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using var fileLock = SqliteFileLock.Take(full);
            var part = full + PartSuffix;
            try
            {
                SqliteFile.CreateFor(part);
                var copied = Copy(Path.GetFullPath(backup), part, cancellation);
                return (copied, Exchange(part, full, now));
            }
            finally
            {
                DeleteWhatIsLeft(part);
            }
        }
        catch (SqliteException e)
        {
            throw SqliteFile.InWords(backup, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"{full} cannot be replaced: {e.Message}", e);
        }
    }

    /// <summary>Puts a file in the place of another one, which is put aside; where that fails, it is put back.</summary>
    /// <returns>Where the file before is now; null: there was none.</returns>
    /// <exception cref="IOException">It is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It is as it was.</exception>
    /// <exception cref="StoreOpenException">It could not be put back; the message says where it is.</exception>
    internal static string? Exchange(string part, string path, DateTimeOffset now)
    {
        var aside = $"{path}.{now:yyyyMMdd-HHmmss}.old";
        try
        {
            var before = PutAside(path, aside);
            File.Move(part, path);
            return before;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            PutBack(path, aside, e);
            throw;
        }
    }

    /// <summary>
    /// The log goes with its file: SQLite would write it into the one that comes. It goes first; a power cut in between leaves a file that
    /// lacks its newest records, which is noticed by the mark, and nothing is lost.
    /// </summary>
    private static string? PutAside(string path, string aside)
    {
        if (!File.Exists(path))
        {
            SqliteFile.PutLogAside(path);
            return null;
        }

        if (File.Exists(path + "-wal"))
        {
            File.Move(path + "-wal", aside + "-wal");
        }

        File.Delete(path + "-shm");
        File.Move(path, aside);
        return aside;
    }

    /// <summary>The file goes first: without its log it lacks records, and the log without its file is nothing.</summary>
    private static void PutBack(string path, string aside, Exception why)
    {
        try
        {
            foreach (var part in new[] { "", "-wal" }.Where(part => File.Exists(aside + part) && !File.Exists(path + part)))
            {
                File.Move(aside + part, path + part);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"{path} was not replaced ({why.Message}) and could not be put back ({e.Message}): it is {aside} "
                + $"now, its log {aside}-wal. Give both their names again before the supervisor starts.", e);
        }
    }

    private static void DeleteWhatIsLeft(string part)
    {
        // Its folder may be missing, which Delete would complain of.
        if (File.Exists(part))
        {
            File.Delete(part);
        }
    }

    private static CopiedFile Copy(string from, string part, CancellationToken cancellation)
    {
        bool wasQuiet;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            wasQuiet = SqliteReadOnly.IsQuiet(from);
            using var source = SqliteReadOnly.Open(from);
            using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = part,
                Pooling = false }.ConnectionString);
            target.Open();
            source.BackupDatabase(target);
        }
        while (wasQuiet && !SqliteReadOnly.IsQuiet(from)); // A supervisor was started meanwhile, and wrote under our eyes.

        using (var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        using var copy = SqliteReadOnly.Open(part);
        if (SqliteReadOnly.Fault(copy) is { } fault)
        {
            throw SqliteFile.Broken(from, fault, null);
        }

        var (applied, _) = SqliteMigrations.Look(copy, from);
        using var newest = copy.CreateCommand();
        newest.CommandText = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event_journal'), 0)";
        return new CopiedFile(new FileInfo(part).Length, (long)newest.ExecuteScalar()!, applied[^1].Number);
    }
}

/// <summary>What a copy holds.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Newest">The highest number that the journal has given to a record.</param>
/// <param name="Schema">The newest step that it was built from.</param>
internal sealed record CopiedFile(long Bytes, long Newest, int Schema);
