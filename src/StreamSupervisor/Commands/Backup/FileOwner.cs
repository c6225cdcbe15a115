using System.Diagnostics;

namespace StreamSupervisor.Commands.Backup;

/// <summary>
/// Whose a file is. What root puts into the folder of a service belongs to root, and only its owner may read it: the service would not
/// start with it.
/// </summary>
internal static class FileOwner
{
    /// <summary>Gives files to the owner of another one. Does nothing unless root asks, who alone may.</summary>
    /// <param name="like">Whose they come to be: a file or a folder.</param>
    /// <returns>Why not; null: done, or nothing to do.</returns>
    public static async Task<string?> GiveAsync(string like, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        try
        {
            // Neither .NET nor SQLite gives a file away.
            using var chown = Process.Start(new ProcessStartInfo("chown", ["--reference", like, "--", .. files.Where(File.Exists)])
            {
                RedirectStandardError = true, UseShellExecute = false,
            })!;
            var said = await chown.StandardError.ReadToEndAsync(cancellation);
            await chown.WaitForExitAsync(cancellation);
            return chown.ExitCode == 0 ? null : said.Trim();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return missing.Message;
        }
    }
}
