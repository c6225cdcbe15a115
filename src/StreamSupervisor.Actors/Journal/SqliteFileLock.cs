using System.Text;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// Keeps a second process away from a database file for as long as it lives: <c>FILE.lock</c> is held open for this process alone, and the
/// operating system lets go of it however the process ends. SQLite's own locks would let two processes take turns, each with memory of its
/// own, and the second would be noticed only when both write the same key.
/// </summary>
/// <remarks>The lock file stays behind on purpose: who deletes it may delete the one that a successor holds already.</remarks>
internal sealed class SqliteFileLock : IDisposable
{
    private readonly FileStream _held;
    private readonly string _pidFile;

    private SqliteFileLock(FileStream held, string pidFile) => (_held, _pidFile) = (held, pidFile);

    /// <exception cref="StoreOpenException">Another process has it, or the place cannot be written.</exception>
    public static SqliteFileLock Take(string database)
    {
        var pidFile = database + ".pid";
        FileStream held;
        try
        {
            held = new FileStream(database + ".lock", ForThisUser(FileMode.OpenOrCreate, FileShare.None));
            MakePrivate(database + ".lock");
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            throw new StoreOpenException(
                $"{database} is in use by another process{HolderIn(pidFile)}. Stop that one, or give this one a file of its own " +
                "(storage.sqlite.path).",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException(
                $"{database}.lock cannot be written ({e.Message}) Give this user the right to write into the folder, " +
                "or set storage.sqlite.path to another place.",
                e);
        }

        try
        {
            // A file of its own: while the lock is held, nobody else can read the locked one.
            using var pid = new FileStream(pidFile, ForThisUser(FileMode.Create, FileShare.Read));
            MakePrivate(pidFile);
            pid.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a courtesy to whoever finds the file in use.
        }

        return new SqliteFileLock(held, pidFile);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_pidFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A stale pid misleads nobody who is not refused by the lock.
        }

        _held.Dispose();
    }

    /// <summary>As the database beside it: nobody else reads or holds it.</summary>
    private static FileStreamOptions ForThisUser(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>One that an earlier version has left behind has the mode of that time.</summary>
    private static void MakePrivate(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, who lets us write it.
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION of Windows.</summary>
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string HolderIn(string pidFile)
    {
        try
        {
            return File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), out var pid) ? $" (pid {pid})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
