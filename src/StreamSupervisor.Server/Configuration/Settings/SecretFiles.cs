using System.Text;

namespace StreamSupervisor.Server.Configuration.Settings;

/// <summary>What came of reading a secret from its file; never both a value and a problem.</summary>
/// <param name="Value">The secret; null: there is none.</param>
/// <param name="Problem">Why not; follows the name of the setting.</param>
/// <param name="Fix">What to do.</param>
/// <param name="Path">The file that was read.</param>
/// <param name="Others">Whether every user of this machine may read it too.</param>
internal sealed record SecretFile(string? Value, string Problem, string Fix, string Path, bool Others);

/// <summary>
/// Reads <c>…-file</c> beside a secret: the first line of a file is the secret. A name is looked for among the credentials that systemd
/// hands over, then beside the file of settings that names it, then in the working folder.
/// </summary>
/// <param name="environment">The variables of the process.</param>
/// <param name="mainFile">The file of settings: for names that stand in a variable or a switch.</param>
internal sealed class SecretFiles(IReadOnlyDictionary<string, string> environment, string mainFile)
{
    /// <summary>In bytes; the longest secret is a connection string with all its hosts.</summary>
    public const int Most = 64 * 1024;

    private const string Fix = "Write the path of a file whose first line is the secret, and that this program may read.";

    /// <param name="name">As it is written.</param>
    /// <param name="source">Where it is written.</param>
    public SecretFile Read(string name, SettingSource? source)
    {
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            return new SecretFile(null, "is no name of a file.", Fix, name, false);
        }

        var path = PathOf(name, source);
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[Most + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > Most)
            {
                return new SecretFile(null, $"names '{path}', which is longer than {Most / 1024} KiB.", Fix, path, false);
            }

            var line = Encoding.UTF8.GetString(bytes, 0, length).TrimStart('\uFEFF').Split('\n', 2)[0].TrimEnd('\r');
            return line.Length > 0
                ? new SecretFile(line, "", "", path, IsOpenToOthers(file))
                : new SecretFile(null, $"names '{path}', whose first line is empty.", Fix, path, false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return new SecretFile(
                null, File.Exists(path) ? $"names '{path}', which cannot be read: {fault.Message}" : $"there is no file '{path}'.", Fix,
                path, false);
        }
    }

    private string PathOf(string name, SettingSource? source)
    {
        if (environment.GetValueOrDefault(CredentialFiles.Variable) is { Length: > 0 } folder
            && Path.Combine(folder, Path.GetFileName(name)) is var handed && File.Exists(handed))
        {
            return handed;
        }

        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(source?.File ?? mainFile)) ?? "", name);
        return File.Exists(beside) || !File.Exists(name) ? beside : name;
    }

    private static bool IsOpenToOthers(FileStream file) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & UnixFileMode.OtherRead) != UnixFileMode.None;
}
