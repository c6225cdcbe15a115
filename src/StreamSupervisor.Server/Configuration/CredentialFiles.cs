using StreamSupervisor.Server.Configuration.Hocon;

namespace StreamSupervisor.Server.Configuration;

/// <summary>
/// Files of settings that systemd hands over. The program may not read <c>/etc/streamsupervisor/secrets.conf</c>, which is root's; systemd
/// gives it a copy of its own (<c>LoadCredential=secrets.conf:…</c>) in a folder that only this process sees.
/// </summary>
internal static class CredentialFiles
{
    /// <summary>Where systemd says that the folder is.</summary>
    public const string Variable = "CREDENTIALS_DIRECTORY";

    /// <summary>
    /// Reads a file by its full path; one of the same name among the credentials instead, so that <c>include "secrets.conf"</c> means the
    /// same to the service and to a root who runs <c>config check</c>.
    /// </summary>
    /// <param name="environment">The variables of the process.</param>
    public static Func<string, string> OpenerOf(IReadOnlyDictionary<string, string> environment)
    {
        var folder = environment.GetValueOrDefault(Variable);
        return path => HoconDocument.ReadFromDisk(
            !string.IsNullOrEmpty(folder) && Path.Combine(folder, Path.GetFileName(path)) is var handed && File.Exists(handed)
                ? handed : path);
    }
}
